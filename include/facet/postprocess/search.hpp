#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <facet/core/among.hpp>
#include <facet/core/experiment.hpp>
#include <facet/core/reflect.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/threshold/concept.hpp>

namespace facet::postprocess::detail {

/// Alternatives are compared by the objective of the threshold search of `e`; one alternative needs no comparison.
template <const auto& self, const auto& e>
inline constexpr bool can_compare = self.alternatives() == 1 || threshold::searches<std::remove_cvref_t<decltype(get<role::threshold>(e))>>;

/// Fields of a policy whose value in the i-th alternative is the last of search::among{...}: `min_area.mm2`.
template <class P> [[nodiscard]] std::vector<std::string> edges_of(const P& p, std::size_t i) {
    std::vector<std::string> out;
    if constexpr (requires { p.edges(i); }) out = p.edges(i);
    else if constexpr (searched<P> && reflected<P>) {
        const auto chosen = p.alternative(i);
        const auto all = fields(p);
        const auto now = fields(chosen);
        const auto look = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
            if constexpr (requires { search::at_edge(*std::get<I>(all), *std::get<I>(now)); })
                if (search::at_edge(*std::get<I>(all), *std::get<I>(now))) out.push_back(std::string{short_name<P>} + "." + std::string{field_name<P, I>});
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) { (look(std::integral_constant<std::size_t, I>{}), ...); }(std::make_index_sequence<std::tuple_size_v<decltype(all)>>{});
    }
    return out;
}

} // namespace facet::postprocess::detail
