#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include <facet/core/experiment.hpp>

namespace facet::prior {

/// How often a slice holds a fracture.
struct rates {
    double training = 0;       ///< share of the slices in a batch
    double natural = 0;        ///< share of all training slices
    double fracture_share = 0; ///< mean share of fracture pixels in a slice that holds one
};

/// The number added to every logit where probabilities are reported; constant, so that no ranking changes.
template <class P>
concept policy = plays<P, role::prior> && requires(const P& p, const rates& r) {
    { p(r) } -> std::convertible_to<double>;
};

namespace detail {
/// Difference of two log odds; 0 where one of them is not finite.
[[nodiscard]] inline double log_odds_ratio(double to, double from) {
    if (!(0 < to && to < 1 && 0 < from && from < 1)) return 0;
    return std::log(to) - std::log1p(-to) - (std::log(from) - std::log1p(-from));
}
/// A sampler that says `static constexpr bool changes_sizes = true` shows small fractures more often than they are.
template <class S> inline constexpr bool changes_sizes = false;
template <class S> requires requires { S::changes_sizes; } inline constexpr bool changes_sizes<S> = S::changes_sizes;
} // namespace detail

/// Probabilities as the sampler's batches made them: right where the network is certain which slices hold a fracture and in doubt only about outlines.
struct as_trained {
    using role = facet::role::prior;
    [[nodiscard]] double operator()(const rates&) const { return 0; }
};

/// Probabilities for the natural share of slices with a fracture: log odds of that share minus log odds of the sampler's. Exact where the
/// doubt is whether the slice holds a fracture, too much where it is certain that it does (docs/decisions/0008-prior-correction.md).
struct of_slices {
    using role = facet::role::prior;
    [[nodiscard]] double operator()(const rates& r) const { return detail::log_odds_ratio(r.natural, r.training); }
};

/// The same from the shares of fracture pixels, about log(natural / training): less than of_slices by log((1 - natural) / (1 - training)).
struct of_pixels {
    using role = facet::role::prior;
    [[nodiscard]] double operator()(const rates& r) const { return detail::log_odds_ratio(r.natural * r.fracture_share, r.training * r.fracture_share); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(!detail::changes_sizes<std::remove_cvref_t<decltype(get<facet::role::sampler>(e))>>,
                      "facet: prior::of_pixels takes fractures to be as large in training as they are, and sampler::weighted{by::lesion_size{}} changes that; use prior::of_slices{}, or another rule");
    }
};

static_assert(policy<as_trained> && policy<of_slices> && policy<of_pixels>);

} // namespace facet::prior

namespace facet {

template <> inline constexpr auto default_policy<role::prior> = prior::as_trained{};

} // namespace facet
