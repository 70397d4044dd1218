#pragma once

#include <cmath>

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Matthews correlation coefficient, in [-1, 1]; undefined when a row or a column of the confusion matrix is empty.
struct mcc {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const {
        const auto tp = static_cast<double>(c.tp), fp = static_cast<double>(c.fp), fn = static_cast<double>(c.fn), tn = static_cast<double>(c.tn);
        return empty(ratio(tp * tn - fp * fn, std::sqrt(tp + fp) * std::sqrt(tp + fn) * std::sqrt(tn + fp) * std::sqrt(tn + fn)), -1);
    }
};

static_assert(of_counts<mcc>);

} // namespace facet::metric
