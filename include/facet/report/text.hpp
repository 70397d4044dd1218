#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <facet/core/probability_text.hpp>

/// Numbers and text as reports print them. What is undefined prints as a dash: a report never shows "nan" or "inf".
namespace facet::report {

inline constexpr std::string_view undefined_sign = "\u2014", minus_sign = "\u2212", thin_space = "\u2009", en_dash = "\u2013";

/// Text for HTML and SVG, attributes included.
[[nodiscard]] inline std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    return out;
}

namespace detail {
inline std::string digits(double value, std::chars_format format, int precision) {
    char buffer[400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), format, precision).ptr;
    std::string out{buffer, end};
    const bool zero = out.find_first_of("123456789") == std::string::npos;
    return (value < 0 && !zero ? std::string{minus_sign} : std::string{}) + out;
}
} // namespace detail

/// With a fixed number of decimals: 0.873.
[[nodiscard]] inline std::string decimal(std::optional<double> value, int decimals = 3) {
    if (!value || !std::isfinite(*value)) return std::string{undefined_sign};
    return detail::digits(*value, std::chars_format::fixed, decimals);
}

/// A probability, told from 0 and 1.
[[nodiscard]] inline std::string probability(std::optional<double> value) { return value && std::isfinite(*value) ? probability_text(*value) : std::string{undefined_sign}; }

/// A whole number with thousands apart: 45,815.
[[nodiscard]] inline std::string whole(std::int64_t value) {
    std::string out = std::to_string(value < 0 ? -value : value);
    for (auto i = static_cast<std::ptrdiff_t>(out.size()) - 3; i > 0; i -= 3) out.insert(static_cast<std::size_t>(i), ",");
    return (value < 0 ? std::string{minus_sign} : std::string{}) + out;
}

/// With a number of significant digits, never in exponents a reader must decode unless it is tiny or huge: 0.00231, 13.7, 2.1e-06.
[[nodiscard]] inline std::string significant(std::optional<double> value, int digits = 3) {
    if (!value || !std::isfinite(*value)) return std::string{undefined_sign};
    const double size = std::abs(*value);
    if (size == 0) return "0";
    const int exponent = static_cast<int>(std::floor(std::log10(size)));
    if (exponent < -5 || exponent > 6) return detail::digits(*value, std::chars_format::scientific, digits - 1);
    return detail::digits(*value, std::chars_format::fixed, std::max(0, digits - 1 - exponent));
}

/// A share as percent: 9.4 %.
[[nodiscard]] inline std::string percent(std::optional<double> share, int digits = 2) {
    if (!share || !std::isfinite(*share)) return std::string{undefined_sign};
    return significant(*share * 100, digits) + std::string{thin_space} + "%";
}

} // namespace facet::report
