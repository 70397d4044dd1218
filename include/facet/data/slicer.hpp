#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/units.hpp>
#include <facet/data/slice_frame.hpp>
#include <facet/data/volume.hpp>

namespace facet {

/// Cuts slices out of one scan. Keeps references: the volumes must outlive it.
class slicer {
public:
    /// `labels` are translated; with a fracture mask they are owners_of(labels, mask). Without one every vertebra is healthy.
    explicit slicer(const ct_volume& ct, const label_volume& labels, const mask_volume* fractures = nullptr) : ct_{ct}, labels_{labels}, fractures_{fractures} {}

    /// One slice, interpolated once: HU with padding `air` outside the crop; mask 1 where more than half of a pixel is broken, 255 where
    /// the reader was unsure or another vertebra's bone lies, else 0.
    void cut(const slice_frame& frame, std::size_t position, std::span<std::int16_t> image, std::span<std::uint8_t> mask) const {
        const plane p = plane_at(frame, position);
        const auto rows = taps(frame, p, 1), columns = taps(frame, p, 2);
        std::fill(image.begin(), image.end(), air);
        std::fill(mask.begin(), mask.end(), std::uint8_t{0});
        for (std::size_t r = 0; r < frame.size; ++r) {
            if (!rows[r].inside) continue;
            for (std::size_t c = 0; c < frame.size; ++c) {
                if (!columns[c].inside) continue;
                image[r * frame.size + c] = static_cast<std::int16_t>(std::lround(sample(p, p.hu, rows[r], columns[c])));
                mask[r * frame.size + c] = verdict(frame, p, rows[r], columns[c]);
            }
        }
    }

    /// Pixels of the crop at the scan's own resolution in slice `at` of the scan, and how many of them are broken.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> native_pixels(const slice_frame& frame, std::ptrdiff_t at) const {
        const auto [slices, rows, columns] = frame.axis;
        std::uint32_t pixels = 0, broken = 0;
        std::array<std::ptrdiff_t, 3> v{};
        v[slices] = at;
        for (v[rows] = frame.box.low[rows]; v[rows] <= frame.box.high[rows]; ++v[rows])
            for (v[columns] = frame.box.low[columns]; v[columns] <= frame.box.high[columns]; ++v[columns]) {
                ++pixels;
                broken += marked(v, frame.vertebra, 1) ? 1u : 0u;
            }
        return {pixels, broken};
    }

private:
    /// The part of a slice of the scan that a crop needs, with room for interpolation and smoothing.
    struct plane {
        std::ptrdiff_t first_row = 0, first_column = 0;
        std::size_t rows = 0, columns = 0;
        std::vector<float> hu, broken, unsure;  ///< the last two are empty where nothing is marked
        std::vector<std::uint8_t> label;
    };
    /// Two neighbouring samples, the weight of the second, and the nearer one.
    struct tap {
        bool inside = false;
        std::size_t first = 0, second = 0, nearest = 0;
        float weight = 0;
    };

    [[nodiscard]] bool marked(const std::array<std::ptrdiff_t, 3>& v, vertebra_id id, std::uint8_t mark) const {
        return fractures_ != nullptr && fractures_->voxels(v[2], v[1], v[0]) == mark && labels_.voxels(v[2], v[1], v[0]) == id.value;
    }

    /// In voxels. The stored pixel's point spread: a Gaussian as wide at half height (2.355 sigma) as the pixel, less the scan's own.
    [[nodiscard]] double sigma(const slice_frame& f, std::size_t axis) const {
        const double own = ct_.grid.spacing[axis];
        return f.pixel > own ? std::sqrt(f.pixel * f.pixel - own * own) / 2.355 / own : 0;
    }

    [[nodiscard]] plane plane_at(const slice_frame& f, std::size_t position) const {
        const auto [slices, rows, columns] = f.axis;
        const auto span_of = [&](std::size_t axis) {
            const auto reach = 1 + static_cast<std::ptrdiff_t>(std::ceil(3 * sigma(f, axis)));
            return std::pair{std::max<std::ptrdiff_t>(f.box.low[axis] - reach, 0), std::min(f.box.high[axis] + reach, static_cast<std::ptrdiff_t>(ct_.grid.size[axis]) - 1)};
        };
        const auto [row_low, row_high] = span_of(rows);
        const auto [column_low, column_high] = span_of(columns);
        plane p{row_low, column_low, static_cast<std::size_t>(row_high - row_low + 1), static_cast<std::size_t>(column_high - column_low + 1), {}, {}, {}, {}};
        p.hu.resize(p.rows * p.columns);
        p.label.resize(p.rows * p.columns);

        const double at = std::clamp(f.first + f.unit[0] * static_cast<double>(position), 0.0, static_cast<double>(ct_.grid.size[slices] - 1));
        const auto below = static_cast<std::ptrdiff_t>(std::floor(at + 1e-6));
        const float weight = at - static_cast<double>(below) < 1e-6 ? 0.0f : static_cast<float>(at - static_cast<double>(below));
        add_slice(f, p, below, 1 - weight, weight <= 0.5f);
        if (weight > 0) add_slice(f, p, below + 1, weight, weight > 0.5f);
        smooth(p, sigma(f, rows), sigma(f, columns));
        return p;
    }

    /// Adds slice `at` of the scan with a weight; the nearer of two slices gives the labels.
    void add_slice(const slice_frame& f, plane& p, std::ptrdiff_t at, float weight, bool nearer) const {
        std::array<std::ptrdiff_t, 3> v{};
        v[f.axis[0]] = at;
        for (std::size_t r = 0, n = 0; r < p.rows; ++r)
            for (std::size_t c = 0; c < p.columns; ++c, ++n) {
                v[f.axis[1]] = p.first_row + static_cast<std::ptrdiff_t>(r);
                v[f.axis[2]] = p.first_column + static_cast<std::ptrdiff_t>(c);
                p.hu[n] += weight * static_cast<float>(ct_.voxels(v[2], v[1], v[0]));
                if (nearer) p.label[n] = labels_.voxels(v[2], v[1], v[0]);
                if (marked(v, f.vertebra, 1)) mark(p.broken, p, n, weight);
                else if (marked(v, f.vertebra, ignore_label)) mark(p.unsure, p, n, weight);
            }
    }
    static void mark(std::vector<float>& share, const plane& p, std::size_t n, float weight) {
        if (share.empty()) share.resize(p.rows * p.columns);
        share[n] += weight;
    }

    static void smooth(plane& p, double row_sigma, double column_sigma) {
        blur(p.hu, p.rows, p.columns, p.columns, 1, row_sigma);
        blur(p.hu, p.columns, p.rows, 1, p.columns, column_sigma);
    }
    /// A Gaussian along one axis of `lines` lines; the last sample repeats beyond the ends.
    static void blur(std::vector<float>& data, std::size_t length, std::size_t lines, std::size_t stride, std::size_t line_stride, double sigma) {
        if (sigma <= 0) return;
        const auto radius = static_cast<std::ptrdiff_t>(std::ceil(3 * sigma));
        std::vector<float> kernel(static_cast<std::size_t>(2 * radius + 1));
        float sum = 0;
        for (std::ptrdiff_t k = -radius; k <= radius; ++k) sum += kernel[static_cast<std::size_t>(k + radius)] = static_cast<float>(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
        std::vector<float> line(length);
        for (std::size_t l = 0; l < lines; ++l) {
            float* const base = data.data() + l * line_stride;
            for (std::size_t i = 0; i < length; ++i) line[i] = base[i * stride];
            for (std::size_t i = 0; i < length; ++i) {
                float value = 0;
                for (std::ptrdiff_t k = -radius; k <= radius; ++k)
                    value += kernel[static_cast<std::size_t>(k + radius)] * line[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(i) + k, 0, static_cast<std::ptrdiff_t>(length) - 1))];
                base[i * stride] = value / sum;
            }
        }
    }

    /// Where each row (n = 1) or column (n = 2) of the slice takes its samples from.
    [[nodiscard]] static std::vector<tap> taps(const slice_frame& f, const plane& p, std::size_t n) {
        const auto axis = f.axis[n];
        const auto origin = n == 1 ? p.first_row : p.first_column;
        const auto last = static_cast<double>((n == 1 ? p.rows : p.columns) - 1);
        std::vector<tap> out(f.size);
        for (std::size_t i = 0; i < f.size; ++i) {
            const double v = f.to_voxel(0, n == 1 ? static_cast<double>(i) : 0, n == 2 ? static_cast<double>(i) : 0)[axis];
            out[i].inside = v >= static_cast<double>(f.box.low[axis]) - 0.5 && v <= static_cast<double>(f.box.high[axis]) + 0.5;
            const double local = std::clamp(v - static_cast<double>(origin), 0.0, last);
            out[i].first = static_cast<std::size_t>(local);
            out[i].second = std::min(out[i].first + 1, static_cast<std::size_t>(last));
            out[i].weight = static_cast<float>(local - std::floor(local));
            out[i].nearest = out[i].weight > 0.5f ? out[i].second : out[i].first;
        }
        return out;
    }

    static float sample(const plane& p, const std::vector<float>& data, const tap& row, const tap& column) {
        const float* const a = data.data() + row.first * p.columns;
        const float* const b = data.data() + row.second * p.columns;
        const float upper = a[column.first] + column.weight * (a[column.second] - a[column.first]);
        const float lower = b[column.first] + column.weight * (b[column.second] - b[column.first]);
        return upper + row.weight * (lower - upper);
    }

    [[nodiscard]] std::uint8_t verdict(const slice_frame& f, const plane& p, const tap& row, const tap& column) const {
        if (!p.broken.empty() && sample(p, p.broken, row, column) > 0.5f) return 1;
        const auto bone = p.label[row.nearest * p.columns + column.nearest];
        if (bone != 0 && bone != f.vertebra.value) return ignore_label;
        return !p.unsure.empty() && sample(p, p.unsure, row, column) > 0.5f ? ignore_label : std::uint8_t{0};
    }

    const ct_volume& ct_;
    const label_volume& labels_;
    const mask_volume* fractures_;
};

} // namespace facet
