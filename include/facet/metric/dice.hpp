#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Dice coefficient, 2 TP / (2 TP + FP + FN); undefined when neither the truth nor the prediction has a positive pixel.
struct dice {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return empty(ratio(2 * c.tp, 2 * c.tp + c.fp + c.fn)); }
};

static_assert(of_counts<dice>);

} // namespace facet::metric
