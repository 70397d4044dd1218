#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Sensitivity, TP / (TP + FN); undefined without positives. Alone it would choose the threshold that calls everything positive.
struct recall {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return empty(ratio(c.tp, c.tp + c.fn)); }
};

static_assert(of_counts<recall>);

} // namespace facet::metric
