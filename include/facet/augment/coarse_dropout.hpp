#pragma once

#include <utility>
#include <vector>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Blanks rectangles to air (DeVries and Taylor, arXiv 1708.04552, 2017); their sides are drawn from [low, high) of the side of the slice, their
/// centres anywhere. The mask stays: what is hidden must be told from what surrounds it, so keep the rectangles smaller than a vertebral body.
struct coarse_dropout {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    int rectangles = 3;
    double low = 0.03;  ///< of the side
    double high = 0.12; ///< of the side
    double probability = 0.4;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        std::vector<box> boxes;
        for (int i = 0; i < rectangles; ++i) {
            auto x = draw.uniform(0, 1), y = draw.uniform(0, 1), width = draw.uniform(low, high), height = draw.uniform(low, high);
            boxes.push_back({std::move(x), std::move(y), std::move(width), std::move(height)});
        }
        return kernels<>::put_air(images, kernels<>::inside(boxes, images.size(-1)));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(1 <= self.rectangles && self.rectangles <= 32, "facet: augment::coarse_dropout needs between 1 and 32 rectangles");
        static_assert(0 <= self.low && self.low <= self.high && self.high < 1, "facet: augment::coarse_dropout needs 0 <= low <= high < 1, shares of the side");
    }
};

static_assert(intensity<coarse_dropout>);

} // namespace facet::augment
