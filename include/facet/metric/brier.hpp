#pragma once

#include <facet/evaluate/calibration.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>

namespace facet::metric {

/// Brier score: mean squared difference between probability and truth, 0 is best (Brier 1950). Undefined without pixels. With rare
/// fractures a constant 0 already scores the prevalence, so compare it with that.
struct brier {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h) const { return empty(brier_score(h), 1, 0); }
};

static_assert(of_calibration<brier>);

} // namespace facet::metric
