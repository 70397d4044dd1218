#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Intersection over union (Jaccard index), TP / (TP + FP + FN); undefined when neither the truth nor the prediction has a positive pixel.
struct iou {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return empty(ratio(c.tp, c.tp + c.fp + c.fn)); }
};

static_assert(of_counts<iou>);

} // namespace facet::metric
