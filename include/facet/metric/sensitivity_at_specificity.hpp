#pragma once

#include <algorithm>

#include <facet/evaluate/curve.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/recall.hpp>
#include <facet/metric/specificity.hpp>

namespace facet::metric {

/// The highest sensitivity that some threshold reaches while its specificity is at least `specificity`. Undefined unless both kinds are
/// present. Compares scorers; the threshold itself is threshold::sensitivity_at_least's business.
struct sensitivity_at_specificity {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    double specificity = 0.95;
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h) const {
        const auto n = count_classes(h);
        if (n.positive == 0 || n.negative == 0) return empty(std::nullopt);
        double best = 0; // of the threshold that calls nothing positive
        for_each_threshold(h, [&](std::size_t, const confusion& c) {
            if (*metric::specificity{}(c) >= specificity) best = std::max(best, *recall{}(c));
        });
        return best;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.specificity && self.specificity <= 1, "facet: metric::sensitivity_at_specificity needs 0 <= specificity <= 1");
    }
};

static_assert(of_ranking<sensitivity_at_specificity>);

} // namespace facet::metric
