#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/hana/accessors.hpp>
#include <boost/hana/core/when.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

/// Fields and names of any aggregate, without macros: what lets `describe` print a policy that nobody serialised by hand.
namespace facet {

namespace hana = boost::hana;

namespace detail {

struct any_value { template <class T> constexpr operator T() const noexcept; };

template <class T, std::size_t... I> consteval bool takes(std::index_sequence<I...>) { return requires { T{(void(I), any_value{})...}; }; }

template <class T, std::size_t N = 0> consteval std::size_t field_count() {
    if constexpr (takes<T>(std::make_index_sequence<N + 1>{})) return field_count<T, N + 1>();
    else return N;
}

template <std::size_t N> struct few_fields { static_assert(N <= 12, "facet: a policy has more than 12 fields; group some of them into a nested struct"); };

} // namespace detail

/// Pointers to the fields of an aggregate, in order of declaration.
template <class T> constexpr auto fields(const T& object) {
    constexpr auto n = detail::field_count<T>();
    static_assert(sizeof(detail::few_fields<n>) > 0);
    if constexpr (n == 0) return std::tuple<>{};
    else if constexpr (n == 1) { auto& [a] = object; return std::tuple{&a}; }
    else if constexpr (n == 2) { auto& [a, b] = object; return std::tuple{&a, &b}; }
    else if constexpr (n == 3) { auto& [a, b, c] = object; return std::tuple{&a, &b, &c}; }
    else if constexpr (n == 4) { auto& [a, b, c, d] = object; return std::tuple{&a, &b, &c, &d}; }
    else if constexpr (n == 5) { auto& [a, b, c, d, e] = object; return std::tuple{&a, &b, &c, &d, &e}; }
    else if constexpr (n == 6) { auto& [a, b, c, d, e, f] = object; return std::tuple{&a, &b, &c, &d, &e, &f}; }
    else if constexpr (n == 7) { auto& [a, b, c, d, e, f, g] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g}; }
    else if constexpr (n == 8) { auto& [a, b, c, d, e, f, g, h] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g, &h}; }
    else if constexpr (n == 9) { auto& [a, b, c, d, e, f, g, h, i] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g, &h, &i}; }
    else if constexpr (n == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g, &h, &i, &j}; }
    else if constexpr (n == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k}; }
    else { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = object; return std::tuple{&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l}; }
}

/// A policy as its defaults give it; the addresses of its members also spell the names of its fields.
template <class T> inline constexpr T defaults{};

namespace detail {

template <auto* member> consteval std::string_view spelling() {
    std::string_view s = __PRETTY_FUNCTION__;
#if defined(__clang__) // ... [member = &defaults.exponent]
    s.remove_suffix(1);
    return s.substr(s.find_last_of('.') + 1);
#else // ... [with auto* member = (& defaults<T>.T::exponent); ...]
    s = s.substr(0, s.find(");"));
    return s.substr(s.find_last_of(":.") + 1);
#endif
}

/// `loss::tversky` for `facet::loss::tversky`, without template arguments or anonymous namespaces.
template <class T> consteval std::string_view type_spelling() {
    std::string_view s = __PRETTY_FUNCTION__;
    s = s.substr(s.find("T = ") + 4);
#if defined(__clang__)
    constexpr std::string_view anonymous = "(anonymous namespace)::";
    s.remove_suffix(1);
#else
    constexpr std::string_view anonymous = "{anonymous}::";
    s = s.substr(0, s.find(';'));
#endif
    if (const auto cut = s.find('<'); cut != s.npos) s = s.substr(0, cut);
    if (const auto cut = s.find(anonymous); cut != s.npos) s.remove_prefix(cut + anonymous.size());
    if (s.starts_with("facet::")) s.remove_prefix(7);
    return s;
}

} // namespace detail

template <class T, std::size_t I> inline constexpr std::string_view field_name = detail::spelling<std::get<I>(fields(defaults<T>))>();

/// `loss::tversky`, `mine::soft_iou`.
template <class T> inline constexpr std::string_view type_name = detail::type_spelling<T>();

/// The last part of a type's name: `tversky`.
template <class T> inline constexpr std::string_view short_name = type_name<T>.substr(type_name<T>.find_last_of(':') + 1);

template <class T> concept reflected = std::is_aggregate_v<T> && std::is_default_constructible_v<T> && requires { typename T::role; };

} // namespace facet

namespace boost::hana {

/// Every aggregate policy is a hana::Struct.
template <class T> struct accessors_impl<T, when<facet::reflected<T>>> {
    template <std::size_t I, std::size_t... C> static constexpr auto one(std::index_sequence<C...>) {
        return hana::make_pair(hana::string_c<facet::field_name<T, I>[C]...>, [](auto&& s) -> const auto& { return *std::get<I>(facet::fields(s)); });
    }
    static constexpr auto apply() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return hana::make_tuple(one<I>(std::make_index_sequence<facet::field_name<T, I>.size()>{})...);
        }(std::make_index_sequence<facet::detail::field_count<T>()>{});
    }
};

} // namespace boost::hana
