#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace facet::search {

/// Values to choose from on validation, in place of one value: `postprocess::min_area{.mm2 = search::among{0, 10, 20, 40}}`.
template <std::size_t N = 0> struct among {
    std::array<double, N> values{};

    [[nodiscard]] constexpr std::size_t size() const { return N; }
    [[nodiscard]] constexpr auto begin() const { return values.begin(); }
    [[nodiscard]] constexpr auto end() const { return values.end(); }
    [[nodiscard]] constexpr double operator[](std::size_t i) const { return values[i]; }
};
template <class... V> among(V...) -> among<sizeof...(V)>;

/// How many values a field stands for, and the i-th.
[[nodiscard]] constexpr std::size_t count(double) { return 1; }
template <std::size_t N> [[nodiscard]] constexpr std::size_t count(const among<N>&) { return N; }
[[nodiscard]] constexpr double value(double v, std::size_t) { return v; }
template <std::size_t N> [[nodiscard]] constexpr double value(const among<N>& v, std::size_t i) { return v[i]; }

/// Whether a chosen value is the largest there was, or the smallest and above 0, so that a better one may lie beyond. A single value was not chosen.
[[nodiscard]] constexpr bool at_edge(double, double) { return false; }
template <std::size_t N> [[nodiscard]] constexpr bool at_edge(const among<N>& v, double chosen) {
    const auto [low, high] = std::ranges::minmax(v.values);
    return N > 1 && (chosen == high || (chosen == low && low > 0));
}

/// Every value is in [low, ...).
[[nodiscard]] constexpr bool all_at_least(double v, double low) { return v >= low; }
template <std::size_t N> [[nodiscard]] constexpr bool all_at_least(const among<N>& v, double low) {
    for (const double x : v)
        if (!(x >= low)) return false;
    return N > 0;
}

} // namespace facet::search
