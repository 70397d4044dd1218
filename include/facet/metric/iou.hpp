#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Intersection over union (Jaccard index), TP / (TP + FP + FN); undefined when neither the truth nor the prediction has a positive pixel.
struct iou {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return ratio(c.tp, c.tp + c.fp + c.fn); }
};

static_assert(of_counts<iou>);

} // namespace facet::metric
