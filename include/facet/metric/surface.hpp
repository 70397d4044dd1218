#pragma once

#include <algorithm>
#include <optional>

#include <facet/evaluate/surface_distances.hpp>
#include <facet/metric/empty.hpp>

/// What the metrics of surfaces share.
namespace facet::metric::detail {

/// `compute()` where both surfaces are there; the worst value where one is missing; what the rule says where both are.
template <class Compute>
[[nodiscard]] std::optional<double> of_both_surfaces(const surface_distances& d, const facet::empty::rule& empty, double worst, double ideal, Compute&& compute) {
    if (d.both_empty()) return empty(std::nullopt, worst, ideal);
    if (d.one_empty()) return worst;
    return compute();
}

/// The larger of the two directed quantiles.
[[nodiscard]] inline double directed_maximum(const surface_distances& d, double q) {
    return std::max(*quantile_of(d.from_truth, q), *quantile_of(d.from_prediction, q));
}

[[nodiscard]] inline double mean_distance(const surface_distances& d) {
    double sum = 0;
    for (const auto* side : {&d.from_truth, &d.from_prediction})
        for (const float v : *side) sum += v;
    return sum / static_cast<double>(d.from_truth.size() + d.from_prediction.size());
}

/// The share of both surfaces that lies within `mm` of the other.
[[nodiscard]] inline double share_within(const surface_distances& d, double mm) {
    std::size_t near = 0;
    for (const auto* side : {&d.from_truth, &d.from_prediction})
        near += static_cast<std::size_t>(std::ranges::count_if(*side, [&](float v) { return v <= mm * (1 + 1e-6); })); // distances are single precision
    return static_cast<double>(near) / static_cast<double>(d.from_truth.size() + d.from_prediction.size());
}

} // namespace facet::metric::detail
