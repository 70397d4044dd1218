#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Positive predictive value, TP / (TP + FP); undefined when nothing is called positive. Alone it would choose a threshold that keeps one lucky pixel.
struct precision {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return ratio(c.tp, c.tp + c.fp); }
};

static_assert(of_counts<precision>);

} // namespace facet::metric
