#pragma once

#include <concepts>
#include <optional>

#include <facet/core/role.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/part.hpp>

namespace facet::threshold {

/// A threshold on the probability, `positive where probability >= value`, and how it was found.
struct choice {
    double value = 0.5;
    std::optional<double> objective; ///< the objective's value there; empty where undefined (no positive pixel, nothing to optimise)
    bool at_edge = false;            ///< the optimum sits on the border of the search space: widen it
    double plateau_low = 0.5;        ///< the range of thresholds whose objective is within 1 % of the best
    double plateau_high = 0.5;
};

/// `search(histogram)` looks at validation scores only and returns a choice. `static constexpr bool searches = false` says that it compares
/// nothing (threshold::fixed).
template <class P>
concept policy = plays<P, role::threshold> && requires(const P& p, const score_histogram& h) {
    { p(h) } -> std::same_as<choice>;
};

template <class P> inline constexpr bool searches = true;
template <class P> requires requires { P::searches; } inline constexpr bool searches<P> = P::searches;

} // namespace facet::threshold
