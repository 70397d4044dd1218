#pragma once

#include <boost/hana/tuple.hpp>

#include <facet/core/reflect.hpp>
#include <facet/metric/concept.hpp>

namespace facet::metric {

namespace detail {
template <class P> struct metric_only {
    static_assert(policy<P>, "facet: metric::set takes metrics; a metric is callable as `std::optional<double> operator()(const facet::confusion&) const`, "
                             "with `static constexpr bool chooses_threshold`, or as `std::optional<double> operator()(const facet::score_histogram&) const`, or with facet::surface_distances or facet::lesion_volumes");
};
template <class... Checks> struct all_of : Checks... {};
} // namespace detail

/// What is computed on validation after every epoch, in the order written. Metrics of surfaces and lesions are computed by `evaluate` only.
template <class... M> struct set {
    static_assert(sizeof(detail::all_of<detail::metric_only<M>...>) > 0);
    using role = facet::role::metrics;

    hana::tuple<M...> items;

    constexpr set(M... metrics) : items{metrics...} {}
};
template <> struct set<> {
    using role = facet::role::metrics;

    hana::tuple<> items;
};
set() -> set<>;

} // namespace facet::metric
