#pragma once

#include <facet/metric/recall.hpp>
#include <facet/metric/specificity.hpp>
#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The threshold of the highest specificity among those whose sensitivity is at least `value`: the strictest that misses few enough. Its
/// objective is that specificity. At the edge where only calling everything positive finds enough.
struct sensitivity_at_least {
    using role = facet::role::threshold;

    double value = 0.95; ///< share of positive pixels to be found

    [[nodiscard]] choice operator()(fittable_scores h) const {
        return detail::scan_all(h, [this](const confusion& c) -> std::optional<double> {
            if (metric::recall{}(c).value_or(0) < value) return std::nullopt;
            return metric::specificity{}(c);
        });
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.value && self.value <= 1, "facet: threshold::sensitivity_at_least needs 0 < value <= 1, the share of fracture pixels to be found");
    }
};

static_assert(policy<sensitivity_at_least>);

} // namespace facet::threshold
