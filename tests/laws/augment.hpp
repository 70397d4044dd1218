#pragma once

// What every augmentation promises. Included after support/test.hpp.

#include <cmath>
#include <cstdint>

#include <facet/augment/concept.hpp>

namespace laws {

/// Draws from one stream, as an executor would give them.
struct streamed_draws final : facet::augment::draws {
    streamed_draws(std::uint64_t key, std::int64_t n) : stream{key}, n{n} {}
    facet::rng::stream stream;
    std::int64_t n;
    at::Tensor uniform(double low, double high) override {
        auto out = torch::empty({n, 1, 1, 1});
        for (std::int64_t i = 0; i < n; ++i) out.data_ptr<float>()[i] = static_cast<float>(stream.uniform(low, high));
        return out;
    }
    at::Tensor happens(double probability) override { return uniform(0, 1).lt(probability); }
    at::Tensor normal_like(const at::Tensor& like) override {
        auto out = torch::empty(like.sizes());
        for (std::int64_t i = 0; i < out.numel(); ++i) out.data_ptr<float>()[i] = static_cast<float>(stream.normal());
        return out;
    }
    at::Tensor partner(bool) override { return torch::arange(n, at::kLong).roll(1); }
};

/// A geometric operation can be undone, keeps its draw for its key and does not fold the slice up.
template <facet::augment::linear Operation> void geometry(const Operation& op) {
    for (std::uint64_t key = 0; key < 200; ++key) {
        facet::augment::affine one, two;
        facet::rng::stream a{key}, b{key};
        op(one, a, 64);
        op(two, b, 64);
        CHECK(one.matrix == two.matrix);
        CHECK(one.shift == two.shift);
        const auto [xx, xy, yx, yy] = one.matrix;
        CHECK(std::abs(xx * yy - xy * yx) > 0.05);
        CHECK(std::isfinite(one.shift[0] + one.shift[1]));
    }
}

/// An intensity operation keeps the shape, stays finite, leaves its input alone and is a function of its draws; on windows it keeps
/// [0, 1] and leaves air at 0.
template <facet::augment::intensity Operation> void intensity(const Operation& op) {
    constexpr bool window = Operation::where == facet::augment::domain::window;
    torch::manual_seed(1);
    auto images = window ? torch::rand({4, 3, 8, 8}) : torch::rand({4, 1, 8, 8}) * 2000 - 1000;
    if (window) images.slice(2, 0, 2).zero_();
    const auto before = images.clone();
    streamed_draws a{3, 4}, b{3, 4}, c{4, 4};
    const auto out = op(images, a);
    CHECK(out.sizes() == images.sizes());
    CHECK(out.scalar_type() == at::kFloat);
    CHECK(out.isfinite().all().item().toBool());
    CHECK(torch::equal(images, before));
    CHECK(torch::equal(out, op(images, b)));
    CHECK_FALSE(torch::equal(out, op(images, c)));
    if constexpr (window) {
        CHECK(out.min().item().toDouble() >= 0);
        CHECK(out.max().item().toDouble() <= 1);
        if constexpr (!requires { requires !Operation::keeps_air; }) CHECK(out.slice(2, 0, 2).abs().max().item().toDouble() == 0);
    }
}

/// A batch operation keeps shapes, mixes images and masks by one rule, leaves its input alone and is a function of its draws. Here the image is
/// the mask, so it must be so afterwards wherever the mask is not mixed softly.
template <facet::augment::mixing Operation> void mixing(const Operation& op) {
    torch::manual_seed(1);
    auto masks = torch::zeros({4, 1, 32, 32}, at::kByte);
    for (int i = 0; i < 4; ++i) masks[i][0].slice(0, 4 * i, 4 * i + 9).slice(1, 5 * i, 5 * i + 7).fill_(1);
    const facet::augment::mixture batch{masks.to(at::kFloat).expand({-1, 3, -1, -1}).contiguous(), masks};
    const auto before = batch.channels.clone(), masks_before = masks.clone();
    streamed_draws a{3, 4}, b{3, 4}, c{4, 4};
    const auto out = op(batch, a);
    CHECK(out.channels.sizes() == batch.channels.sizes());
    CHECK(out.masks.sizes() == masks.sizes());
    CHECK(torch::equal(batch.channels, before));
    CHECK(torch::equal(masks, masks_before));
    CHECK(torch::equal(out.channels, op(batch, b).channels));
    CHECK(out.channels.min().item().toDouble() >= 0);
    CHECK(out.channels.max().item().toDouble() <= 1);
    const auto other = op(batch, c);
    CHECK((out.channels - other.channels).abs().sum().item().toDouble() + (out.masks.to(at::kFloat) - other.masks.to(at::kFloat)).abs().sum().item().toDouble()
          + (out.channels - before).abs().sum().item().toDouble() > 0);
    const auto apart = (out.channels.select(1, 0) - out.masks.to(at::kFloat).select(1, 0)).abs();
    CHECK(apart.max().item().toDouble() <= 0.5 + 1e-6); // a pasted edge fades, and its mask follows the larger part
}

} // namespace laws
