#pragma once

#include <cmath>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Stretches each channel about its mean by a factor drawn log-uniformly from [low, high], and clamps to the range the channel had. Below 1, air
/// is lifted towards the mean.
struct contrast {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::window;
    static constexpr bool keeps_air = false;

    double low = 0.8;
    double high = 1.25;
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return kernels<>::contrast(images, draw.uniform(std::log(low), std::log(high)).exp()); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high, "facet: augment::contrast needs 0 < low <= high; 0.8 and 1.25 are usual");
    }
};

static_assert(intensity<contrast>);

} // namespace facet::augment
