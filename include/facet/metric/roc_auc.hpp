#pragma once

#include <facet/evaluate/curve.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>

namespace facet::metric {

/// Area under the ROC curve: how often a positive scores above a negative, ties counting half. Undefined unless both kinds are present.
///
/// It ranks over all thresholds, so it selects a checkpoint and can never choose a threshold.
struct roc_auc {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h) const { return empty(facet::roc_auc(h)); }
};

static_assert(of_ranking<roc_auc>);

} // namespace facet::metric
