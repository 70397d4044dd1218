#include <facet/postprocess.hpp>

#include "support/test.hpp"

#include <algorithm>

#include "laws/postprocess.hpp"

using namespace facet;
using postprocess::stack_shape;
using mask = std::vector<std::uint8_t>;

namespace {

mask without_small(const mask& m, const std::array<std::size_t, 3>& size, std::int64_t voxels) {
    const auto pieces = pieces_of(m, size);
    mask out(m.size());
    for (std::size_t i = 0; i < m.size(); ++i) out[i] = pieces.label[i] != 0 && pieces.voxels[pieces.label[i] - 1] >= voxels;
    return out;
}

mask by_slice(const mask& m, const stack_shape& shape, const std::function<mask(const mask&)>& f) {
    mask out;
    for (std::size_t s = 0; s < shape.size[0]; ++s) {
        const auto first = m.begin() + static_cast<std::ptrdiff_t>(s * shape.slice_pixels());
        const auto one = f(mask(first, first + static_cast<std::ptrdiff_t>(shape.slice_pixels())));
        out.insert(out.end(), one.begin(), one.end());
    }
    return out;
}

/// Background reached from the border over edges, by repeated sweeps.
mask filled(const mask& m, std::size_t rows, std::size_t columns) {
    mask outside(m.size());
    for (bool grown = true; std::exchange(grown, false);)
        for (std::size_t i = 0; i < m.size(); ++i) {
            const auto y = i / columns, x = i % columns;
            if (m[i] || outside[i]) continue;
            const bool border = y == 0 || x == 0 || y + 1 == rows || x + 1 == columns;
            if (border || outside[i - 1] || outside[i + 1] || outside[i - columns] || outside[i + columns]) outside[i] = 1, grown = true;
        }
    mask out(m.size());
    for (std::size_t i = 0; i < m.size(); ++i) out[i] = !outside[i];
    return out;
}

mask strong_only(const mask& m, const std::vector<float>& scores, const stack_shape& shape, float least) {
    const auto pieces = pieces_of(m, shape.size);
    std::vector<bool> strong(pieces.voxels.size());
    for (std::size_t i = 0; i < m.size(); ++i)
        if (m[i] && scores[i] >= least) strong[pieces.label[i] - 1] = true;
    mask out(m.size());
    for (std::size_t i = 0; i < m.size(); ++i) out[i] = m[i] && strong[pieces.label[i] - 1];
    return out;
}

} // namespace

TEST_CASE("removing small areas from the scores is removing them from the mask of every threshold", "[postprocess][laws]") {
    for (const double mm2 : {1.0, 5.7, 20.0, 1000.0}) // a pixel has 1.875 mm2
        laws::postprocess_of_scores(postprocess::min_area{.mm2 = mm2}, [&](const auto&, float) {
            return [&](const mask& m, const stack_shape& shape) {
                return by_slice(m, shape, [&](const mask& one) { return without_small(one, {1, shape.size[1], shape.size[2]}, static_cast<std::int64_t>(std::ceil(mm2 / 1.875))); });
            };
        });
}

TEST_CASE("removing small volumes from the scores is removing them from the mask of every threshold", "[postprocess][laws]") {
    for (const double mm3 : {1.0, 28.0, 120.0}) // a voxel has 5.625 mm3
        laws::postprocess_of_scores(postprocess::min_volume{.mm3 = mm3}, [&](const auto&, float) {
            return [&](const mask& m, const stack_shape& shape) { return without_small(m, shape.size, static_cast<std::int64_t>(std::ceil(mm3 / 5.625))); };
        });
}

TEST_CASE("hysteresis on the scores is keeping the pieces with a strong pixel at every threshold", "[postprocess][laws]") {
    for (const double logits : {0.25, 1.0, 3.0})
        laws::postprocess_of_scores(postprocess::hysteresis{.logits = logits}, [&](const std::vector<float>& scores, float level) {
            return [&, level](const mask& m, const stack_shape& shape) { return strong_only(m, scores, shape, level + static_cast<float>(logits)); };
        });
}

TEST_CASE("filling holes in the scores is filling them in the mask of every threshold", "[postprocess][laws]") {
    laws::postprocess_of_scores(postprocess::fill_holes{}, [&](const auto&, float) {
        return [&](const mask& m, const stack_shape& shape) { return by_slice(m, shape, [&](const mask& one) { return filled(one, shape.size[1], shape.size[2]); }); };
    });
}

TEST_CASE("a chain does its steps in the order written", "[postprocess][laws]") {
    laws::postprocess_of_scores(postprocess::chain{postprocess::fill_holes{}, postprocess::min_area{.mm2 = 10}}, [&](const auto&, float) {
        return [&](const mask& m, const stack_shape& shape) {
            return by_slice(m, shape, [&](const mask& one) { return without_small(filled(one, shape.size[1], shape.size[2]), {1, shape.size[1], shape.size[2]}, 6); });
        };
    });
}

TEST_CASE("the largest piece of a vertebra stays, the first of equals, and an empty mask stays empty", "[postprocess]") {
    const stack_shape shape{{2, 3, 5}, {1, 1, 1}};
    mask m{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
           0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0};
    postprocess::keep_largest{}(postprocess::mask_stack{shape, m});
    CHECK(std::ranges::count(m, 1) == 3); // the piece that reaches over two slices
    CHECK(m[13] == 1);
    CHECK(m[24] == 1);
    mask equals{1, 0, 1, 0, 0};
    postprocess::keep_largest{}(postprocess::mask_stack{{{1, 1, 5}, {1, 1, 1}}, equals});
    CHECK(equals == mask{1, 0, 0, 0, 0});
    mask nothing(30);
    postprocess::keep_largest{}(postprocess::mask_stack{shape, nothing});
    CHECK(std::ranges::count(nothing, 0) == 30);
}
