#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace facet {

/// How far the surfaces of a truth and of a prediction lie apart, in mm. A surface is the voxels of a mask with a face neighbour outside it
/// (the image's border is outside).
struct surface_distances {
    std::vector<float> from_truth;      ///< of each surface voxel of the truth, to the prediction's surface
    std::vector<float> from_prediction; ///< and the other way
    bool truth_is_empty = false, prediction_is_empty = false;
    double diagonal = 0;                ///< of the vertebra's crop: the worst distance there can be
    int dimension = 3;                  ///< 2 where the vertebra is a single slice

    [[nodiscard]] bool both_empty() const { return truth_is_empty && prediction_is_empty; }
    /// A miss or a false alarm: one surface is not there, so its distance is without bound.
    [[nodiscard]] bool one_empty() const { return truth_is_empty != prediction_is_empty; }
};

/// The value below which the share `q` lies, linear between neighbours as numpy and torch have it. Empty without values.
[[nodiscard]] inline std::optional<double> quantile_of(std::span<const float> values, double q) {
    if (values.empty()) return std::nullopt;
    std::vector<float> sorted(values.begin(), values.end());
    std::ranges::sort(sorted);
    const double place = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - sorted[below]);
}

} // namespace facet
