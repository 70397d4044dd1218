#pragma once

#include <cstdint>

#include <facet/data/grid.hpp>
#include <facet/io/xtensor.hpp>

namespace facet {

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
