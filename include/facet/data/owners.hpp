#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <facet/data/volume.hpp>

namespace facet {

/// Gives every marked voxel that lies on no bone to the nearest vertebra within 10 mm: readers draw a little beyond automatic labels.
/// Returns the labels with those voxels added.
inline label_volume owners_of(const label_volume& labels, const mask_volume& fractures) {
    label_volume owners = labels;
    const auto& grid = labels.grid;
    std::array<std::ptrdiff_t, 3> radius;
    for (std::size_t a = 0; a < 3; ++a) radius[a] = static_cast<std::ptrdiff_t>(10 / grid.spacing[a]);
    const auto clip = [&](std::ptrdiff_t v, std::size_t a) { return std::clamp<std::ptrdiff_t>(v, 0, static_cast<std::ptrdiff_t>(grid.size[a]) - 1); };
    const auto nearest = [&](std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k) {
        double best = 100.0001;
        std::uint8_t owner = 0;
        for (auto z = clip(k - radius[2], 2); z <= clip(k + radius[2], 2); ++z)
            for (auto y = clip(j - radius[1], 1); y <= clip(j + radius[1], 1); ++y)
                for (auto x = clip(i - radius[0], 0); x <= clip(i + radius[0], 0); ++x) {
                    const auto value = labels.voxels(z, y, x);
                    if (value == 0) continue;
                    const double dx = static_cast<double>(x - i) * grid.spacing[0], dy = static_cast<double>(y - j) * grid.spacing[1], dz = static_cast<double>(z - k) * grid.spacing[2];
                    if (const double d = dx * dx + dy * dy + dz * dz; d < best) best = d, owner = value;
                }
        return owner;
    };
    const std::uint8_t* mark = fractures.voxels.data();
    for (std::ptrdiff_t k = 0; k < static_cast<std::ptrdiff_t>(grid.size[2]); ++k)
        for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(grid.size[1]); ++j)
            for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(grid.size[0]); ++i, ++mark)
                if (*mark != 0 && labels.voxels(k, j, i) == 0) owners.voxels(k, j, i) = nearest(i, j, k);
    return owners;
}

} // namespace facet
