#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <facet/data/crop.hpp>
#include <facet/data/slice_frame.hpp>
#include <facet/data/volume.hpp>

namespace facet {

/// Brings what was said about the pixels of slices back to the voxels of the scan they were cut from.
class painter {
public:
    /// `labels` as the slices were cut with, in facet's numbers; outlives the painter.
    explicit painter(const label_volume& labels) : labels_{labels}, probability_{labels.grid} {}

    /// `probability` and `mask` hold the slices of one vertebra, [count,size,size]; pixels with mask 255 say nothing. A voxel takes the linear
    /// mixture of the pixels around it if it lies on this vertebra, or off every bone; where two vertebrae see it, the higher stays.
    void add(const slice_frame& f, std::span<const float> probability, std::span<const std::uint8_t> mask) {
        const auto box = reach(f);
        std::array<std::ptrdiff_t, 3> v{};
        for (v[2] = box.low[2]; v[2] <= box.high[2]; ++v[2])
            for (v[1] = box.low[1]; v[1] <= box.high[1]; ++v[1])
                for (v[0] = box.low[0]; v[0] <= box.high[0]; ++v[0]) {
                    const auto bone = labels_.voxels(v[2], v[1], v[0]);
                    if (bone != 0 && bone != f.vertebra.value) continue;
                    const auto place = f.to_slice({static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])});
                    auto& voxel = probability_.voxels(v[2], v[1], v[0]);
                    voxel = std::max(voxel, mixture(f, probability, mask, place));
                }
    }
    /// On the grid of the scan; 0 where no vertebra was judged.
    [[nodiscard]] const volume<float>& probability() const { return probability_; }

private:
    /// The voxels within half a slice and half a pixel of the slices, and within what the slices see.
    [[nodiscard]] static voxel_box reach(const slice_frame& f) {
        voxel_box box = f.box;
        const double half = 0.5 * std::abs(f.unit[0]), last = f.first + f.unit[0] * static_cast<double>(f.count - 1);
        const auto axis = f.axis[0];
        box.low[axis] = std::max(box.low[axis], static_cast<std::ptrdiff_t>(std::ceil(std::min(f.first, last) - half)));
        box.high[axis] = std::min(box.high[axis], static_cast<std::ptrdiff_t>(std::floor(std::max(f.first, last) + half)));
        return box;
    }
    [[nodiscard]] static float mixture(const slice_frame& f, std::span<const float> probability, std::span<const std::uint8_t> mask, const std::array<double, 3>& place) {
        const std::array<std::size_t, 3> extent{f.count, f.size, f.size};
        std::array<std::array<std::size_t, 2>, 3> at{};
        std::array<std::array<double, 2>, 3> weight{};
        for (std::size_t n = 0; n < 3; ++n) {
            const auto last = static_cast<double>(extent[n] - 1);
            if (place[n] < -0.5 - 1e-9 || place[n] > last + 0.5 + 1e-9) return 0;
            const double inside = std::clamp(place[n], 0.0, last);
            at[n][0] = static_cast<std::size_t>(inside);
            at[n][1] = std::min(at[n][0] + 1, extent[n] - 1);
            weight[n][1] = inside - std::floor(inside);
            weight[n][0] = 1 - weight[n][1];
        }
        double sum = 0, total = 0;
        for (std::size_t corner = 0; corner < 8; ++corner) {
            const std::size_t a = corner >> 2, b = corner >> 1 & 1, c = corner & 1;
            const double w = weight[0][a] * weight[1][b] * weight[2][c];
            const auto pixel = (at[0][a] * f.size + at[1][b]) * f.size + at[2][c];
            if (w == 0 || mask[pixel] == ignore_label) continue;
            sum += w * static_cast<double>(probability[pixel]);
            total += w;
        }
        return total > 0 ? static_cast<float>(sum / total) : 0.0f;
    }

    const label_volume& labels_;
    volume<float> probability_;
};

} // namespace facet
