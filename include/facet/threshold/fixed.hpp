#pragma once

#include <string_view>

#include <facet/threshold/concept.hpp>

namespace facet::threshold {

/// A threshold chosen beforehand; nothing is searched.
struct fixed {
    using role = facet::role::threshold;
    static constexpr bool searches = false;

    double value = 0.5; ///< probability

    [[nodiscard]] choice operator()(fittable_scores) const { return {.value = value, .objective = {}, .plateau_low = value, .plateau_high = value}; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.value && self.value < 1, "facet: threshold::fixed needs a probability between 0 and 1");
    }
};

static_assert(policy<fixed>);

} // namespace facet::threshold
