#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Another scanner's calibration: HU' = HU (1 + slope) + shift, the shift drawn from [-hu, hu), the slope from [-slope, slope). Another tube
/// voltage changes the slope of bone. Air stays air.
struct hu_shift {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double hu = 20;    ///< Hounsfield units
    double slope = 0;  ///< share
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        const auto shift = draw.uniform(-hu, hu), factor = draw.uniform(1 - slope, 1 + slope);
        return kernels<>::keep_air(images.mul(factor).add_(shift), images);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.hu >= 0, "facet: augment::hu_shift needs hu >= 0, the largest shift in Hounsfield units");
        static_assert(0 <= self.slope && self.slope < 1, "facet: augment::hu_shift needs 0 <= slope < 1");
    }
};

static_assert(intensity<hu_shift>);

} // namespace facet::augment
