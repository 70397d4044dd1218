#pragma once

// What every target promises. Included after support/test.hpp.

#include <concepts>
#include <cstdint>

#include <facet/target/concept.hpp>

namespace laws {

/// Dense, sparse, one pixel, one missing pixel, empty and full: slices of 11 x 14.
inline at::Tensor target_masks() {
    torch::manual_seed(8);
    auto out = torch::zeros({6, 1, 11, 14});
    out[0] = torch::rand({1, 11, 14}).gt(0.5).to(at::kFloat);
    out[1] = torch::rand({1, 11, 14}).gt(0.95).to(at::kFloat);
    out[2][0][0][13] = 1;
    out[3].fill_(1);
    out[3][0][6][4] = 0;
    out[5].fill_(1);
    return out;
}

/// A target without distances is the masks alone. One with distances measures pixel centres: negative inside, positive outside, 1 on either side of the
/// outline and more elsewhere, 0 in a slice that has no outline. From one pixel to the next of its kind it changes by 1 at most. Each slice is measured
/// for itself; what is turned over or negated is so afterwards.
template <facet::target::policy Target> void target(const Target& policy) {
    if constexpr (!facet::target::supplies_distances<Target>) {
        STATIC_REQUIRE_FALSE(std::invocable<const Target&, const at::Tensor&>);
    } else {
        const auto masks = target_masks(), before = masks.clone();
        const auto measured = [&](const at::Tensor& m) { return policy(m).pixels; };
        const auto d = measured(masks);
        CHECK(masks.equal(before));
        CHECK(d.sizes() == masks.sizes());
        CHECK(d.scalar_type() == at::kFloat);
        CHECK_FALSE(d.requires_grad());

        const auto inside = masks.to(at::kBool), outline = at::zeros_like(inside), near = at::ones_like(inside);
        for (const std::int64_t axis : {2, 3}) {
            const auto end = masks.size(axis), first = std::int64_t{0};
            const auto crossing = inside.slice(axis, 1, end).ne(inside.slice(axis, first, end - 1));
            outline.slice(axis, 1, end).logical_or_(crossing);
            outline.slice(axis, first, end - 1).logical_or_(crossing);
            near.slice(axis, 1, end).logical_and_((d.slice(axis, 1, end) - d.slice(axis, first, end - 1)).abs().le(1 + 1e-6).logical_or(crossing));
        }
        CHECK(d.abs().eq(1).equal(outline));
        CHECK(near.all().template item<bool>());
        for (const int i : {0, 1, 2, 3}) {
            CHECK(d[i].lt(0).equal(inside[i]));
            CHECK(d[i].abs().min().template item<double>() == 1);
        }
        for (const int i : {4, 5}) CHECK(d[i].eq(0).all().template item<bool>());

        for (std::int64_t i = 0; i < masks.size(0); ++i) CHECK(measured(masks.slice(0, i, i + 1)).equal(d.slice(0, i, i + 1)));
        CHECK(measured(1 - masks).equal(-d));
        CHECK(measured(masks.flip({2, 3})).equal(d.flip({2, 3})));
        CHECK(measured(masks.transpose(2, 3)).equal(d.transpose(2, 3)));
    }
}

} // namespace laws
