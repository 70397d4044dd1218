#pragma once

#include <boost/hana/cartesian_product.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/unpack.hpp>

#include <facet/core/experiment.hpp>

namespace facet {

/// Alternatives for one role.
template <class First, class... P> constexpr auto one_of(First first, P... rest) {
    static_assert((std::same_as<typename First::role, typename P::role> && ...), "facet: one_of(...) lists alternatives for one role; use a second one_of(...) for another role");
    return hana::make_tuple(first, rest...);
}

/// The cartesian product of the alternatives, each put into `base`: a hana::tuple of experiments.
template <class... P, class... Axis> constexpr auto variants(const experiment<P...>& base, const Axis&... axes) {
    return hana::transform(hana::cartesian_product(hana::make_tuple(axes...)), [&](const auto& choice) {
        return hana::unpack(choice, [&](const auto&... p) { return with(base, p...); });
    });
}

/// The i-th variant as an object of its own, so that it can be a template argument.
template <const auto& all, std::size_t i> inline constexpr auto variant = hana::at_c<i>(all);

template <const auto& all> inline constexpr std::size_t variant_count = decltype(hana::length(all))::value;

} // namespace facet
