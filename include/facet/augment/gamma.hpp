#pragma once

#include <cmath>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Raises the windowed image to a power drawn log-uniformly from [low, high], so that 0.8 and 1.25 are equally likely. 0 and 1 stay fixed.
struct gamma {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::window;

    double low = 0.8;
    double high = 1.25;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        return images.clamp(0, 1).pow(draw.uniform(std::log(low), std::log(high)).exp());
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high, "facet: augment::gamma needs 0 < low <= high; 0.8 and 1.25 are usual");
    }
};

static_assert(intensity<gamma>);

} // namespace facet::augment
