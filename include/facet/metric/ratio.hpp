#pragma once

#include <cstdint>
#include <optional>

namespace facet::metric {

/// `part / whole`; empty when there is nothing to divide by.
[[nodiscard]] constexpr std::optional<double> ratio(double part, double whole) {
    if (whole == 0) return std::nullopt;
    return part / whole;
}
[[nodiscard]] constexpr std::optional<double> ratio(std::int64_t part, std::int64_t whole) { return ratio(static_cast<double>(part), static_cast<double>(whole)); }

} // namespace facet::metric
