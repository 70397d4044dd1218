#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Gaussian blur, as a smoother reconstruction kernel gives; its standard deviation is drawn from [low, high), for both axes together or,
/// where `same_axes` is false, for each. Kernel as in batchgeneratorsv2: cut at 3 standard deviations, mirrored borders.
struct blur {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double low = 0.5;  ///< pixels
    double high = 1;   ///< pixels
    bool same_axes = true;
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        const auto down = draw.uniform(low, high), across = same_axes ? down : draw.uniform(low, high);
        return kernels<>::gaussian_blur(images, down, across, high);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.low && self.low <= self.high && self.high <= 10, "facet: augment::blur needs 0 <= low <= high <= 10, in pixels");
    }
};

static_assert(intensity<blur>);

} // namespace facet::augment
