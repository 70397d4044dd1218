#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Sensitivity, TP / (TP + FN); undefined without positives. Alone it would choose the threshold that calls everything positive.
struct recall {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return ratio(c.tp, c.tp + c.fn); }
};

static_assert(of_counts<recall>);

} // namespace facet::metric
