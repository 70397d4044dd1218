#pragma once

#include <cmath>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Every window is set a little differently, as readers do: its level moves by up to `level` HU, its width changes by a factor drawn
/// log-uniformly from [1 / width, width], each window on its own. No window begins below air, so padding stays 0.
struct window_jitter {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::windowing;

    double level = 30;   ///< Hounsfield units
    double width = 1.15; ///< factor
    double probability = 1;

    window_bounds operator()(facet::hu window, draws& draw) const {
        const auto middle = draw.uniform(-level, level).add((window.low + window.high) / 2);
        const auto half = draw.uniform(-std::log(width), std::log(width)).exp().mul((window.high - window.low) / 2);
        return {middle.sub(half), middle.add(half)};
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.level >= 0, "facet: augment::window_jitter needs level >= 0, in Hounsfield units");
        static_assert(self.width >= 1, "facet: augment::window_jitter needs width >= 1, a factor; 1.15 is 15 % either way");
    }
};

static_assert(windowing<window_jitter>);

} // namespace facet::augment
