#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <boost/hana/tuple.hpp>

#include <facet/core/reflect.hpp>
#include <facet/metric/concept.hpp>

namespace facet::metric {

namespace detail {
template <class P> struct metric_only {
    static_assert(policy<P>, "facet: metric::set takes metrics; a metric is callable as `std::optional<double> operator()(const facet::confusion&) const`, "
                             "with `static constexpr bool chooses_threshold`, or as `std::optional<double> operator()(const facet::score_histogram&) const`, or with facet::surface_distances or facet::lesion_volumes");
};
} // namespace detail

/// What is computed on validation after every epoch, in the order written. Metrics of surfaces and lesions are computed by `evaluate` only.
template <class... M> struct set {
    static_assert(((sizeof(detail::metric_only<M>) > 0) && ...));
    using role = facet::role::metrics;

    hana::tuple<M...> items;

    constexpr set(M... metrics) : items{metrics...} {}

    /// Results are kept by name.
    static consteval bool names_differ() {
        const std::array<std::string_view, sizeof...(M)> names{short_name<M>...};
        for (std::size_t i = 0; i < names.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (names[i] == names[j]) return false;
        return true;
    }
    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(names_differ(), "facet: two metrics of metric::set{...} have one name, and one result would replace the other; keep one, or give your own another type name");
    }
};
template <> struct set<> {
    using role = facet::role::metrics;

    hana::tuple<> items;
};
set() -> set<>;

} // namespace facet::metric
