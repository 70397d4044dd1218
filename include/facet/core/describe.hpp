#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/hana/for_each.hpp>

#include <facet/core/experiment.hpp>

/// An experiment as JSON: every field of every policy, by reflection.
namespace facet {

namespace detail {

inline void json_text(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (const auto code = static_cast<unsigned char>(c); code < 0x20) (((out += "\\u00") += hex[code >> 4]) += hex[code & 15]);
        else out += c;
    }
    out += '"';
}

/// JSON has no infinity: it becomes text.
template <class Number> void json_number(std::string& out, Number value) {
    if constexpr (std::is_floating_point_v<Number>)
        if (!std::isfinite(value)) return json_text(out, value > 0 ? "inf" : value < 0 ? "-inf" : "nan");
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class T> void write_json(std::string& out, const T& value);

template <class Range> void json_array(std::string& out, const Range& range) {
    out += '[';
    bool first = true;
    const auto append = [&](const auto& x) {
        if (!std::exchange(first, false)) out += ',';
        write_json(out, x);
    };
    if constexpr (is_list<Range>) hana::for_each(range, append);
    else for (const auto& x : range) append(x);
    out += ']';
}

template <class T> void json_fields(std::string& out, const T& value) {
    out += '{';
    bool first = true;
    if constexpr (has_role<T>) {
        out += "\"policy\":";
        json_text(out, type_name<T>);
        first = false;
    }
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] const auto pointers = fields(value);
        ((std::exchange(first, false) ? void() : void(out += ','), json_text(out, field_name<T, I>), out += ':', write_json(out, *std::get<I>(pointers))), ...);
    }(std::make_index_sequence<field_count<T>()>{});
    out += '}';
}

template <class T> void write_json(std::string& out, const T& value) {
    if constexpr (std::same_as<T, bool>) out += value ? "true" : "false";
    else if constexpr (std::is_arithmetic_v<T>) json_number(out, value);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>) json_text(out, value);
    else if constexpr (is_list<T> || requires { value.size(); value.begin(); }) json_array(out, value);
    else if constexpr (requires { value.items; }) {
        out += "{\"policy\":";
        json_text(out, type_name<T>);
        out += ",\"items\":";
        write_json(out, value.items);
        out += '}';
    } else json_fields(out, value);
}

template <const auto& e, class... R> void json_roles(std::string& out, role::list<R...>) {
    ((out += ',', json_text(out, R::name), out += ':', write_json(out, get<R>(e))), ...);
}

} // namespace detail

/// One policy as JSON text.
template <class P> std::string describe_policy(const P& policy) {
    std::string out;
    detail::write_json(out, policy);
    return out;
}

/// The whole experiment as JSON text, defaults included.
template <const auto& e> std::string describe() {
    std::string out = "{\"experiment\":";
    detail::json_text(out, e.name);
    detail::json_roles<e>(out, role::all{});
    if constexpr (decltype(hana::length(callbacks_of<e>))::value > 0) {
        out += ",\"callback\":";
        detail::write_json(out, callbacks_of<e>);
    }
    return out += '}';
}

} // namespace facet
