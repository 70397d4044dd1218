#pragma once

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Adds independent normal noise to every pixel; its standard deviation is drawn from [0, hu), so clean slices stay among the noisy ones.
struct gaussian_noise {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double hu = 20; ///< largest standard deviation in Hounsfield units
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return draw.normal_like(images).mul_(draw.uniform(0, hu)).add_(images); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.hu >= 0, "facet: augment::gaussian_noise needs hu >= 0, the largest standard deviation in Hounsfield units");
    }
};

static_assert(intensity<gaussian_noise>);

} // namespace facet::augment
