#pragma once

#include <array>
#include <cstddef>

namespace facet {

/// Where a voxel grid lies in the patient: ITK's convention, physical space is LPS (x to the left, y to the back, z to the head), in mm.
struct geometry {
    std::array<std::size_t, 3> size{};                                ///< voxels along i, j, k
    std::array<double, 3> spacing{1, 1, 1};                           ///< mm
    std::array<double, 3> origin{};                                   ///< mm, the centre of voxel (0,0,0)
    std::array<double, 9> direction{1, 0, 0, 0, 1, 0, 0, 0, 1};       ///< row-major; its columns are the directions of i, j, k

    [[nodiscard]] std::array<double, 3> to_physical(double i, double j, double k) const {
        const std::array<double, 3> step{i * spacing[0], j * spacing[1], k * spacing[2]};
        std::array<double, 3> p = origin;
        for (std::size_t row = 0; row < 3; ++row)
            for (std::size_t column = 0; column < 3; ++column) p[row] += direction[3 * row + column] * step[column];
        return p;
    }
    [[nodiscard]] std::size_t voxel_count() const { return size[0] * size[1] * size[2]; }
};

} // namespace facet
