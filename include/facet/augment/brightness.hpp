#pragma once

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Multiplies the windowed image by a factor drawn from [low, high] and clamps to [0, 1]; air stays 0.
struct brightness {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::window;

    double low = 0.9;
    double high = 1.1;
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return images.mul(draw.uniform(low, high)).clamp(0, 1); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high, "facet: augment::brightness needs 0 < low <= high");
    }
};

static_assert(intensity<brightness>);

} // namespace facet::augment
