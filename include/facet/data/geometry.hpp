#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include <facet/data/grid.hpp>

namespace facet {

/// The voxel coordinates (i, j, k) of a point in mm; the opposite of geometry::to_physical.
inline std::array<double, 3> to_index(const geometry& grid, const std::array<double, 3>& point) {
    const auto& d = grid.direction;
    const double det = d[0] * (d[4] * d[8] - d[5] * d[7]) - d[1] * (d[3] * d[8] - d[5] * d[6]) + d[2] * (d[3] * d[7] - d[4] * d[6]);
    const std::array<double, 9> inverse{d[4] * d[8] - d[5] * d[7], d[2] * d[7] - d[1] * d[8], d[1] * d[5] - d[2] * d[4],
                                        d[5] * d[6] - d[3] * d[8], d[0] * d[8] - d[2] * d[6], d[2] * d[3] - d[0] * d[5],
                                        d[3] * d[7] - d[4] * d[6], d[1] * d[6] - d[0] * d[7], d[0] * d[4] - d[1] * d[3]};
    std::array<double, 3> index{};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) index[row] += inverse[3 * row + column] / det * (point[column] - grid.origin[column]);
        index[row] /= grid.spacing[row];
    }
    return index;
}

/// Says how two grids differ, or nothing where every voxel of one lies within `tolerance` of a voxel's size of its partner.
inline std::optional<std::string> disagreement(const geometry& a, const geometry& b, double tolerance = 1e-3) {
    const auto triple = [](const auto& v) { return std::to_string(v[0]) + " x " + std::to_string(v[1]) + " x " + std::to_string(v[2]); };
    if (a.size != b.size) return "size " + triple(a.size) + " against " + triple(b.size) + " voxels";
    const double limit = tolerance * *std::min_element(a.spacing.begin(), a.spacing.end());
    double largest = 0;
    for (unsigned corner = 0; corner < 8; ++corner) { // the maps are affine, so the corners are the worst places
        const auto at = [&](unsigned axis) { return (corner >> axis & 1u) != 0 ? static_cast<double>(a.size[axis] - 1) : 0.0; };
        const auto p = a.to_physical(at(0), at(1), at(2)), q = b.to_physical(at(0), at(1), at(2));
        for (std::size_t axis = 0; axis < 3; ++axis) largest = std::max(largest, std::abs(p[axis] - q[axis]));
    }
    if (largest <= limit) return std::nullopt;
    if (std::abs(a.spacing[0] - b.spacing[0]) + std::abs(a.spacing[1] - b.spacing[1]) + std::abs(a.spacing[2] - b.spacing[2]) > limit)
        return "spacing " + triple(a.spacing) + " against " + triple(b.spacing) + " mm";
    return "voxels up to " + std::to_string(largest) + " mm apart, by origin or direction";
}

/// Which axis of an array runs along which axis of the patient, and which way.
struct anatomical_axes {
    struct axis {
        std::size_t index = 0; ///< 0, 1, 2 for i, j, k
        int sign = 1;          ///< +1 when the index grows towards the left, the back or the head
    };
    axis left, back, head;
};

/// The closest array axis for each axis of the patient: of the six ways, the one with the largest summed cosines.
inline anatomical_axes axes_of(const geometry& grid) {
    constexpr std::array<std::array<std::size_t, 3>, 6> orders{{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
    const auto cosine = [&](std::size_t physical, std::size_t index) { return grid.direction[3 * physical + index]; };
    const auto agreement = [&](const auto& o) { return std::abs(cosine(0, o[0])) + std::abs(cosine(1, o[1])) + std::abs(cosine(2, o[2])); };
    const auto best = *std::max_element(orders.begin(), orders.end(), [&](const auto& a, const auto& b) { return agreement(a) < agreement(b); });
    const auto axis = [&](std::size_t physical) { return anatomical_axes::axis{best[physical], cosine(physical, best[physical]) < 0 ? -1 : 1}; };
    return {axis(0), axis(1), axis(2)};
}

} // namespace facet
