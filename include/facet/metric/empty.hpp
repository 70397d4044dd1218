#pragma once

#include <optional>
#include <string_view>

/// What a metric is where there is nothing to judge (a level without fractures, a vertebra where neither truth nor prediction has a pixel).
/// Libraries differ silently here; with rare findings the choice decides the mean. A field of every metric: `metric::dice{.empty = empty::worst}`.
namespace facet::empty {

struct rule {
    std::string_view name = "undefined";

    constexpr operator std::string_view() const { return name; }
    friend constexpr bool operator==(const rule& a, const rule& b) { return a.name == b.name; }
    /// `value`, or what takes its place where it is empty.
    [[nodiscard]] constexpr std::optional<double> operator()(std::optional<double> value, double worst = 0, double ideal = 1) const {
        if (value) return value;
        if (name == "worst") return worst;
        if (name == "ideal") return ideal;
        return std::nullopt;
    }
};

inline constexpr rule undefined{"undefined"}; ///< counted as undefined, left out of means: the default
inline constexpr rule worst{"worst"};         ///< counts as the worst value there is
inline constexpr rule ideal{"ideal"};         ///< counts as a perfect value

} // namespace facet::empty
