#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <facet/engine/parallel.hpp>

#include <facet/augment/concept.hpp>
#include <facet/data/volume.hpp>
#include <facet/engine/bend.hpp>
#include <facet/engine/resident_store.hpp>

/// One interpolation of one HU channel: slices of the store through their affines. Images are bilinear, masks take the nearest pixel;
/// what lies outside a slice is air and healthy. The CPU reads int16 straight from the memory map; a GPU uses grid_sample.
namespace facet {

struct warped {
    at::Tensor images; ///< float HU [B,1,S,S]
    at::Tensor masks;  ///< uint8 [B,1,S,S]
};

namespace detail {

/// One slice through one affine. Pixels whose four neighbours all lie inside form one run in each row, a loop without branches; the others look
/// at each neighbour.
class slice_warp {
public:
    /// `mask` may be null: then nothing of it is written. The image is copied: a row of the output crosses many rows of the slice, and read from
    /// the memory map in that order it takes twice as long as from a copy in the core's cache.
    slice_warp(const std::int16_t* image, const std::uint8_t* mask, std::int64_t side, const augment::affine& map)
        : image_{copy_of(image, side * side)}, mask_{mask}, side_{static_cast<std::int32_t>(side)}, last_{static_cast<float>(side - 1)}, xx_{static_cast<float>(map.matrix[0])},
          xy_{static_cast<float>(map.matrix[1])}, yx_{static_cast<float>(map.matrix[2])}, yy_{static_cast<float>(map.matrix[3])}, shift_x_{static_cast<float>(map.shift[0])},
          shift_y_{static_cast<float>(map.shift[1])} {}

    void operator()(float* image_out, std::uint8_t* mask_out) const {
        const float centre = last_ / 2;
        for (std::int32_t row = 0; row < side_; ++row, image_out += side_, mask_out += side_) {
            const float dy = static_cast<float>(row) - centre;
            const line at{xy_ * dy + shift_x_ + centre - xx_ * centre, yy_ * dy + shift_y_ + centre - yx_ * centre, xx_, yx_};
            std::int32_t first = 0, last = side_;
            while (first < last && !inside(at, first)) edge(at, first, image_out, mask_out), ++first;
            while (first < last && !inside(at, last - 1)) --last, edge(at, last, image_out, mask_out);
            run(at, first, last, image_out);
            if (mask_ != nullptr) run_mask(at, first, last, mask_out);
        }
    }

private:
    /// Where the pixels of one row of the output lie in the slice.
    struct line {
        float x0, y0, step_x, step_y;
        [[nodiscard]] float x(std::int32_t column) const { return x0 + step_x * static_cast<float>(column); }
        [[nodiscard]] float y(std::int32_t column) const { return y0 + step_y * static_cast<float>(column); }
    };
    [[nodiscard]] bool inside(const line& at, std::int32_t column) const {
        const float x = at.x(column), y = at.y(column);
        return x >= 0 && y >= 0 && x < last_ && y < last_;
    }
    static std::unique_ptr<const std::int16_t[]> copy_of(const std::int16_t* image, std::int64_t pixels) {
        auto copy = std::make_unique_for_overwrite<std::int16_t[]>(static_cast<std::size_t>(pixels));
        std::copy_n(image, pixels, copy.get());
        return copy;
    }
    static float between(float a, float b, float w) { return a + w * (b - a); }

    void run(const line& at, std::int32_t first, std::int32_t last, float* __restrict out) const {
        const auto* const upper = image_.get();
        const auto* const lower = upper + side_;
        const auto side = side_;
        const auto two = [](const std::int16_t* p) { // neighbours in one load
            std::uint32_t bits;
            __builtin_memcpy(&bits, p, sizeof bits);
            return bits;
        };
        const auto left = [](std::uint32_t bits) { return static_cast<float>(static_cast<std::int16_t>(bits & 0xffffu)); };
        const auto right = [](std::uint32_t bits) { return static_cast<float>(static_cast<std::int32_t>(bits) >> 16); };
        for (auto c = first; c < last; ++c) {
            const float x = at.x(c), y = at.y(c);
            const auto ix = static_cast<std::int32_t>(x), iy = static_cast<std::int32_t>(y);
            const float wx = x - static_cast<float>(ix), wy = y - static_cast<float>(iy);
            const auto above = two(upper + (iy * side + ix)), below = two(lower + (iy * side + ix));
            out[c] = between(between(left(above), right(above), wx), between(left(below), right(below), wx), wy);
        }
    }

    void run_mask(const line& at, std::int32_t first, std::int32_t last, std::uint8_t* __restrict out) const {
        for (auto c = first; c < last; ++c) {
            const float x = at.x(c), y = at.y(c);
            const auto ix = static_cast<std::int32_t>(x), iy = static_cast<std::int32_t>(y);
            out[c] = mask_[(iy + (y - static_cast<float>(iy) > 0.5f ? 1 : 0)) * side_ + ix + (x - static_cast<float>(ix) > 0.5f ? 1 : 0)];
        }
    }

    void edge(const line& line, std::int32_t column, float* image_out, std::uint8_t* mask_out) const {
        const float x = line.x(column), y = line.y(column), beyond = last_ + 1;
        if (x <= -1 || y <= -1 || x >= beyond || y >= beyond) { // no neighbour is in the slice
            image_out[column] = static_cast<float>(air);
            if (mask_ != nullptr) mask_out[column] = 0;
            return;
        }
        const auto at = [&](std::int32_t r, std::int32_t c) { return r >= 0 && r < side_ && c >= 0 && c < side_ ? static_cast<float>(image_[r * side_ + c]) : static_cast<float>(air); };
        const float fx = std::floor(x), fy = std::floor(y);
        const auto left = static_cast<std::int32_t>(fx), top = static_cast<std::int32_t>(fy);
        image_out[column] = between(between(at(top, left), at(top, left + 1), x - fx), between(at(top + 1, left), at(top + 1, left + 1), x - fx), y - fy);
        if (mask_ == nullptr) return;
        const auto nearest_x = left + (x - fx > 0.5f ? 1 : 0), nearest_y = top + (y - fy > 0.5f ? 1 : 0);
        const bool in = nearest_x >= 0 && nearest_x < side_ && nearest_y >= 0 && nearest_y < side_;
        mask_out[column] = in ? mask_[nearest_y * side_ + nearest_x] : std::uint8_t{0};
    }

    std::unique_ptr<const std::int16_t[]> image_;
    const std::uint8_t* mask_;
    std::int32_t side_;
    float last_, xx_, xy_, yx_, yy_, shift_x_, shift_y_;
};

inline warped warp_on_cpu(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps) {
    const auto side = data.size(), n = static_cast<std::int64_t>(slices.size());
    warped out{at::empty({n, 1, side, side}, at::kFloat), at::empty({n, 1, side, side}, at::kByte)};
    const auto* images = data.images().data_ptr<std::int16_t>();
    const auto* masks = data.masks().data_ptr<std::uint8_t>();
    auto* image_out = out.images.data_ptr<float>();
    auto* mask_out = out.masks.data_ptr<std::uint8_t>();
    parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const auto slice = slices[static_cast<std::size_t>(i)];
            const auto from = static_cast<std::int64_t>(slice) * side * side, to = i * side * side;
            const bool empty = data.mask_is_empty(slice); // as nine masks in ten are
            if (empty) std::fill_n(mask_out + to, side * side, std::uint8_t{0});
            slice_warp{images + from, empty ? nullptr : masks + from, side, maps[static_cast<std::size_t>(i)]}(image_out + to, mask_out + to);
        }
    });
    return out;
}

/// The affines for grid_sample with align_corners, whose positions over the slice run from -1 to 1: float [N,2,3] on the CPU.
inline at::Tensor theta_of(std::span<const augment::affine> maps, std::int64_t side) {
    auto theta = at::empty({static_cast<std::int64_t>(maps.size()), 2, 3}, at::kFloat);
    auto* t = theta.data_ptr<float>();
    const double half = static_cast<double>(side - 1) / 2;
    for (const auto& map : maps) {
        for (const double value : {map.matrix[0], map.matrix[1], map.shift[0] / half, map.matrix[2], map.matrix[3], map.shift[1] / half}) *t++ = static_cast<float>(value);
    }
    return theta;
}

inline warped bend_on_cpu(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps, const at::Tensor& displacements) {
    const auto side = data.size(), n = static_cast<std::int64_t>(slices.size()), points = displacements.size(-1);
    warped out{at::empty({n, 1, side, side}, at::kFloat), at::empty({n, 1, side, side}, at::kByte)};
    const spline_side spline{side, points};
    parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const auto from = static_cast<std::int64_t>(slices[static_cast<std::size_t>(i)]) * side * side, to = i * side * side;
            bend_slice(data.images().data_ptr<std::int16_t>() + from, data.masks().data_ptr<std::uint8_t>() + from, side, maps[static_cast<std::size_t>(i)], spline, points,
                       displacements.data_ptr<float>() + i * 2 * points * points, out.images.data_ptr<float>() + to, out.masks.data_ptr<std::uint8_t>() + to);
        }
    });
    return out;
}

/// What a GPU runs. int16 [N,S,S] and uint8 [N,S,S]; `displacements` [N,2,P,P] and `basis` [S,P] are not defined where nothing bends.
inline warped warp_by_tensors(const at::Tensor& images, const at::Tensor& masks, const at::Tensor& theta, const at::Tensor& displacements = {}, const at::Tensor& basis = {}) {
    constexpr std::int64_t bilinear = 0, nearest = 1, zeros = 0;
    const auto side = images.size(-1);
    auto grid = at::affine_grid_generator(theta, {images.size(0), 1, side, side}, true);
    if (displacements.defined()) grid = bend_grid(grid, displacements, theta, basis);
    const auto above_air = images.unsqueeze(1).to(at::kFloat).sub(air);
    return {at::grid_sampler(above_air, grid, bilinear, zeros, true).add(air),
            at::grid_sampler(masks.unsqueeze(1).to(at::kFloat), grid, nearest, zeros, true).to(at::kByte)};
}

} // namespace detail

/// Slices as they are stored.
inline warped unmoved(const resident_store::stored_slices& s) { return {s.images.unsqueeze(1).to(at::kFloat), s.masks.unsqueeze(1)}; }

/// On the CPU: `maps` has one affine per slice, or is empty where nothing moves; `displacements` [N,2,P,P] has the control points of what bends,
/// in pixels, or is not defined.
inline warped warp(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps, const at::Tensor& displacements = {}) {
    data.verify(slices);
    if (displacements.defined()) return detail::bend_on_cpu(data, slices, maps, displacements);
    if (!maps.empty()) return detail::warp_on_cpu(data, slices, maps);
    const auto order = data.order(slices);
    auto begin = order.begin();
    return unmoved(data.read(begin));
}

} // namespace facet
