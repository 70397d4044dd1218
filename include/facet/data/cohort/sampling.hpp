#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <facet/data/volume.hpp>

/// Reading the template between its voxels. Positions are in voxels; beyond the border the border is read.
namespace facet::cohort {

/// Value of a cubic B-spline at any place.
class cubic_sampler {
public:
    explicit cubic_sampler(const xt::xtensor<float, 3>& coefficients) {
        const auto& n = coefficients.shape();
        for (std::size_t d = 0; d < 3; ++d) last_[d] = static_cast<float>(n[2 - d] - 1);
        size_ = {n[2] + 3, n[1] + 3, n[0] + 3};
        padded_ = xt::xtensor<float, 3>::from_shape({size_[2], size_[1], size_[0]});
        const auto mirrored = [](std::size_t i, std::size_t count) { // index i - 1 reflected about the first and last voxel
            auto at = static_cast<std::ptrdiff_t>(i) - 1;
            const auto end = static_cast<std::ptrdiff_t>(count) - 1;
            if (at < 0) at = -at;
            if (at > end) at = 2 * end - at;
            return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, end));
        };
        for (std::size_t k = 0; k < size_[2]; ++k)
            for (std::size_t j = 0; j < size_[1]; ++j)
                for (std::size_t i = 0; i < size_[0]; ++i)
                    padded_(k, j, i) = coefficients(mirrored(k, n[0]), mirrored(j, n[1]), mirrored(i, n[2]));
    }

    [[nodiscard]] float operator()(float x, float y, float z) const {
        std::array<std::size_t, 3> at{};
        std::array<std::array<float, 4>, 3> w{};
        const std::array<float, 3> p{x, y, z};
        for (std::size_t d = 0; d < 3; ++d) {
            const float q = std::clamp(p[d], 0.0f, last_[d]);
            const float whole = std::min(std::floor(q), std::max(last_[d] - 1, 0.0f)), t = q - whole, u = 1 - t;
            at[d] = static_cast<std::size_t>(whole);
            w[d] = {u * u * u / 6, (4 - 3 * t * t * (2 - t)) / 6, (4 - 3 * u * u * (2 - u)) / 6, t * t * t / 6};
        }
        const float* const base = padded_.data() + (at[2] * size_[1] + at[1]) * size_[0] + at[0];
        std::array<float, 4> lane{};
        for (std::size_t k = 0; k < 4; ++k)
            for (std::size_t j = 0; j < 4; ++j) {
                const float* const row = base + (k * size_[1] + j) * size_[0];
                const float weight = w[2][k] * w[1][j];
                for (std::size_t i = 0; i < 4; ++i) lane[i] += weight * row[i];
            }
        return lane[0] * w[0][0] + lane[1] * w[0][1] + lane[2] * w[0][2] + lane[3] * w[0][3];
    }

private:
    std::array<float, 3> last_{};
    std::array<std::size_t, 3> size_{};
    xt::xtensor<float, 3> padded_;
};

/// The eight voxels around a place and their weights.
struct trilinear {
    std::array<std::size_t, 8> index{};
    std::array<float, 8> weight{};
    std::size_t nearest = 0;

    trilinear(const std::array<std::size_t, 3>& size, float x, float y, float z) {
        const std::array<float, 3> p{x, y, z};
        std::array<std::size_t, 3> low{}, high{}, near{};
        std::array<float, 3> t{};
        for (std::size_t d = 0; d < 3; ++d) {
            const float q = std::clamp(p[d], 0.0f, static_cast<float>(size[d] - 1));
            low[d] = static_cast<std::size_t>(q);
            high[d] = std::min(low[d] + 1, size[d] - 1);
            t[d] = q - static_cast<float>(low[d]);
            near[d] = t[d] < 0.5f ? low[d] : high[d];
        }
        for (std::size_t corner = 0; corner < 8; ++corner) {
            const bool i = corner & 1, j = corner & 2, k = corner & 4;
            index[corner] = ((k ? high[2] : low[2]) * size[1] + (j ? high[1] : low[1])) * size[0] + (i ? high[0] : low[0]);
            weight[corner] = (i ? t[0] : 1 - t[0]) * (j ? t[1] : 1 - t[1]) * (k ? t[2] : 1 - t[2]);
        }
        nearest = (near[2] * size[1] + near[1]) * size[0] + near[0];
    }
    /// The mean of `value(voxel)`.
    template <class Value> [[nodiscard]] float mean(const Value& value) const {
        float sum = 0;
        for (std::size_t corner = 0; corner < 8; ++corner) sum += weight[corner] * value(index[corner]);
        return sum;
    }
};

} // namespace facet::cohort
