#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Positive predictive value, TP / (TP + FP); undefined when nothing is called positive. Alone it would choose a threshold that keeps one lucky pixel.
struct precision {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return empty(ratio(c.tp, c.tp + c.fp)); }
};

static_assert(of_counts<precision>);

} // namespace facet::metric
