#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <facet/io/xtensor.hpp>

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

/// An image that knows where it is. `voxels(k, j, i)`: the slowest axis comes first, as ITK's buffer and NumPy have it.
template <class T> struct volume {
    geometry grid;
    xt::xtensor<T, 3> voxels;

    volume() = default;
    explicit volume(const geometry& g, T fill = T{}) : grid{g}, voxels{xt::xtensor<T, 3>::from_shape({g.size[2], g.size[1], g.size[0]})} { voxels.fill(fill); }
};

using ct_volume = volume<std::int16_t>;      ///< Hounsfield units
using label_volume = volume<std::uint8_t>;   ///< vertebra numbers, 0 is background
using mask_volume = volume<std::uint8_t>;    ///< 0 healthy, 1 fracture, 255 ignore

inline constexpr std::uint8_t ignore_label = 255;
inline constexpr std::int16_t air = -1024;   ///< padding: zero after every window

} // namespace facet
