#pragma once

#include <facet/evaluate/curve.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>

namespace facet::metric {

/// Area under the precision-recall curve as average precision; undefined without positives. Its chance level is the prevalence, never 0.5.
///
/// It ranks over all thresholds, so it selects a checkpoint and can never choose a threshold.
struct pr_auc {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = false;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h) const { return empty(facet::average_precision(h)); }
};

static_assert(of_ranking<pr_auc>);

} // namespace facet::metric
