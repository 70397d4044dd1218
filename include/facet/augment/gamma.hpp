#pragma once

#include <cmath>
#include <utility>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Raises the windowed image to a power drawn log-uniformly from [low, high], so that 0.8 and 1.25 are equally likely. 0 and 1 stay fixed.
/// `inverted` bends the bright end instead of the dark one: 1 - (1 - x)^power. `retain_stats` restores mean and standard deviation of each
/// channel afterwards (both as in nnU-Net; Isensee et al., Nature Methods 18, 2021) and clamps to [0, 1]; air may then leave 0.
struct gamma {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::window;

    double low = 0.8;
    double high = 1.25;
    bool inverted = false;
    bool retain_stats = false;
    double probability = 1;

    at::Tensor operator()(at::Tensor images, draws& draw) const {
        const auto exponent = draw.uniform(std::log(low), std::log(high)).exp();
        if (!inverted && !retain_stats) return kernels<>::unit_power(std::move(images), exponent);
        const auto bent = inverted ? kernels<>::unit_power(images.neg().add_(1), exponent).neg_().add_(1) : kernels<>::unit_power(images, exponent);
        return retain_stats ? kernels<>::with_stats_of(bent, images.clamp(0, 1)).clamp_(0, 1) : bent;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high, "facet: augment::gamma needs 0 < low <= high; 0.8 and 1.25 are usual");
    }
};

static_assert(intensity<gamma>);

} // namespace facet::augment
