#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// True negative rate, TN / (TN + FP); undefined without negatives. Alone it would choose the threshold that calls nothing positive.
struct specificity {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const { return empty(ratio(c.tn, c.tn + c.fp)); }
};

static_assert(of_counts<specificity>);

} // namespace facet::metric
