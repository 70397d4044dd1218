#pragma once

#include <concepts>
#include <optional>

#include <facet/core/role.hpp>
#include <facet/evaluate/histogram.hpp>

namespace facet::metric {

/// A metric of one threshold: `metric(confusion)`, empty where undefined. `chooses_threshold` says whether maximising it makes sense
/// (precision alone would pick one lucky pixel).
template <class P>
concept of_counts = plays<P, role::metric> && requires(const P& p, const confusion& c) {
    { p(c) } -> std::same_as<std::optional<double>>;
    { P::chooses_threshold } -> std::convertible_to<bool>;
};

/// A metric of the ranking, over all thresholds: `metric(histogram)`, empty where undefined. It selects checkpoints, never thresholds.
template <class P>
concept of_ranking = plays<P, role::metric> && !of_counts<P> && requires(const P& p, const score_histogram& h) {
    { p(h) } -> std::same_as<std::optional<double>>;
};

template <class P> concept policy = of_counts<P> || of_ranking<P>;

} // namespace facet::metric
