#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/core/rng.hpp>

namespace facet::phantom {

/// Smooth random values in space, around 0 with a standard deviation of about 1 at lattice distance 1: a periodic lattice of normal
/// numbers, interpolated. Each `what` reads it at another place.
class texture {
public:
    explicit texture(std::uint64_t key) : key_{key}, lattice_(side * side * side) {
        rng::stream draw{rng::key(key, std::uint64_t{'l'})};
        // The sum of four uniform numbers is normal enough and costs no logarithm; 1.7 makes up for what interpolation averages away.
        for (auto& l : lattice_) l = static_cast<float>((draw.uniform() + draw.uniform() + draw.uniform() + draw.uniform() - 2) * std::sqrt(3.0) * 1.7);
    }

    [[nodiscard]] double operator()(std::uint64_t what, double x, double y, double z) const {
        const std::uint64_t place = rng::mix(key_ ^ (what * 0x9e3779b97f4a7c15u));
        x += static_cast<double>(place & 1023) / 16 + 4096, y += static_cast<double>((place >> 10) & 1023) / 16 + 4096, z += static_cast<double>((place >> 20) & 1023) / 16 + 4096;
        const auto i = static_cast<std::size_t>(x), j = static_cast<std::size_t>(y), k = static_cast<std::size_t>(z);
        const float tx = eased(x - static_cast<double>(i)), ty = eased(y - static_cast<double>(j)), tz = eased(z - static_cast<double>(k));
        const auto row = [&](std::size_t dj, std::size_t dk) {
            const float* line = &lattice_[((k + dk) % side * side + (j + dj) % side) * side];
            return line[i % side] + tx * (line[(i + 1) % side] - line[i % side]);
        };
        const float low = row(0, 0) + ty * (row(1, 0) - row(0, 0)), high = row(0, 1) + ty * (row(1, 1) - row(0, 1));
        return static_cast<double>(low + tz * (high - low));
    }

private:
    static constexpr std::size_t side = 64;
    static float eased(double t) { return static_cast<float>(t * t * (3 - 2 * t)); }

    std::uint64_t key_;
    std::vector<float> lattice_;
};

} // namespace facet::phantom
