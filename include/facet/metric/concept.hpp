#pragma once

#include <concepts>
#include <optional>

#include <facet/core/role.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/lesions.hpp>
#include <facet/evaluate/surface_distances.hpp>

/// Five kinds of metric, told apart by what they are called with. Those of counts, of the ranking and of calibration come from the score
/// histograms and are computed every epoch; those of surfaces and lesions need whole vertebrae and are computed by `evaluate` only.
namespace facet::metric {

namespace detail {
template <class P> inline constexpr bool smaller_is_better = false;
template <class P> requires requires { P::smaller_is_better; } inline constexpr bool smaller_is_better<P> = P::smaller_is_better;

template <class P> concept of_histogram = requires(const P& p, const score_histogram& h) {
    { p(h) } -> std::same_as<std::optional<double>>;
};
} // namespace detail

/// A metric of one threshold: `metric(confusion)`, empty where undefined. `chooses_threshold` says whether maximising it makes sense
/// (precision alone would pick one lucky pixel).
template <class P>
concept of_counts = plays<P, role::metric> && requires(const P& p, const confusion& c) {
    { p(c) } -> std::same_as<std::optional<double>>;
    { P::chooses_threshold } -> std::convertible_to<bool>;
};

/// A metric of the ranking, over all thresholds: `metric(histogram)`, empty where undefined. It selects checkpoints, never thresholds.
template <class P>
concept of_ranking = plays<P, role::metric> && !of_counts<P> && detail::of_histogram<P> && !detail::smaller_is_better<P>;

/// How far the probabilities are from the observed shares: `metric(histogram)` with `static constexpr bool smaller_is_better = true`.
template <class P>
concept of_calibration = plays<P, role::metric> && !of_counts<P> && detail::of_histogram<P> && detail::smaller_is_better<P>;

/// A metric of one vertebra's surfaces: `metric(surface_distances)`, in mm or a share, empty where undefined.
template <class P>
concept of_surface = plays<P, role::metric> && requires(const P& p, const surface_distances& d) {
    { p(d) } -> std::same_as<std::optional<double>>;
};

/// A metric of lesions over many vertebrae: `metric(lesion_volumes)`, empty where undefined.
template <class P>
concept of_lesions = plays<P, role::metric> && requires(const P& p, lesion_volumes v) {
    { p(v) } -> std::same_as<std::optional<double>>;
};

/// Can be had from score histograms, so it is computed every epoch.
template <class P> concept every_epoch = of_counts<P> || of_ranking<P> || of_calibration<P>;

template <class P> concept policy = every_epoch<P> || of_surface<P> || of_lesions<P>;

} // namespace facet::metric
