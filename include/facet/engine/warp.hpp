#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
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

inline void warp_slice(const std::int16_t* image, const std::uint8_t* mask, std::int64_t side, const augment::affine& map, float* image_out, std::uint8_t* mask_out) {
    const auto centre = static_cast<float>(side - 1) / 2;
    const auto xx = static_cast<float>(map.matrix[0]), xy = static_cast<float>(map.matrix[1]);
    const auto yx = static_cast<float>(map.matrix[2]), yy = static_cast<float>(map.matrix[3]);
    const auto at = [&](std::int64_t row, std::int64_t column) {
        return row >= 0 && row < side && column >= 0 && column < side ? static_cast<float>(image[row * side + column]) : static_cast<float>(air);
    };
    for (std::int64_t row = 0; row < side; ++row) {
        const float dy = static_cast<float>(row) - centre;
        const float x0 = xy * dy + static_cast<float>(map.shift[0]) + centre, y0 = yy * dy + static_cast<float>(map.shift[1]) + centre;
        for (std::int64_t column = 0; column < side; ++column) {
            const float dx = static_cast<float>(column) - centre;
            const float x = x0 + xx * dx, y = y0 + yx * dx;
            const float fx = std::floor(x), fy = std::floor(y), wx = x - fx, wy = y - fy;
            const auto left = static_cast<std::int64_t>(fx), top = static_cast<std::int64_t>(fy);
            const auto pixel = row * side + column;
            if (left >= 0 && top >= 0 && left + 1 < side && top + 1 < side) {
                const auto* p = image + top * side + left;
                const auto a = static_cast<float>(p[0]), b = static_cast<float>(p[1]), c = static_cast<float>(p[side]), d = static_cast<float>(p[side + 1]);
                const float upper = a + wx * (b - a), lower = c + wx * (d - c);
                image_out[pixel] = upper + wy * (lower - upper);
            } else {
                const float a = at(top, left), b = at(top, left + 1), c = at(top + 1, left), d = at(top + 1, left + 1);
                const float upper = a + wx * (b - a), lower = c + wx * (d - c);
                image_out[pixel] = upper + wy * (lower - upper);
            }
            const auto nearest_x = static_cast<std::int64_t>(std::nearbyint(x)), nearest_y = static_cast<std::int64_t>(std::nearbyint(y));
            const bool inside = nearest_x >= 0 && nearest_x < side && nearest_y >= 0 && nearest_y < side;
            mask_out[pixel] = inside ? mask[nearest_y * side + nearest_x] : std::uint8_t{0};
        }
    }
}

inline warped warp_on_cpu(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps) {
    const auto side = data.size(), n = static_cast<std::int64_t>(slices.size());
    warped out{at::empty({n, 1, side, side}, at::kFloat), at::empty({n, 1, side, side}, at::kByte)};
    const auto* images = data.images().data_ptr<std::int16_t>();
    const auto* masks = data.masks().data_ptr<std::uint8_t>();
    auto* image_out = out.images.data_ptr<float>();
    auto* mask_out = out.masks.data_ptr<std::uint8_t>();
    parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const auto from = static_cast<std::int64_t>(slices[static_cast<std::size_t>(i)]) * side * side, to = i * side * side;
            warp_slice(images + from, masks + from, side, maps[static_cast<std::size_t>(i)], image_out + to, mask_out + to);
        }
    });
    return out;
}

/// The same map for grid_sample (align_corners = true): positions over the slice run from -1 to 1.
inline at::Tensor sampling_grid(std::span<const augment::affine> maps, std::int64_t side, at::Device device) {
    auto theta = at::empty({static_cast<std::int64_t>(maps.size()), 2, 3}, at::kFloat);
    auto* t = theta.data_ptr<float>();
    const double half = static_cast<double>(side - 1) / 2;
    for (const auto& map : maps) {
        for (const double value : {map.matrix[0], map.matrix[1], map.shift[0] / half, map.matrix[2], map.matrix[3], map.shift[1] / half}) *t++ = static_cast<float>(value);
    }
    return at::affine_grid_generator(theta.to(device, true), {static_cast<std::int64_t>(maps.size()), 1, side, side}, true);
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

inline warped warp_by_tensors(const at::Tensor& images, const at::Tensor& masks, std::span<const augment::affine> maps, const at::Tensor& displacements = {}) {
    constexpr std::int64_t bilinear = 0, nearest = 1, zeros = 0;
    auto grid = sampling_grid(maps, images.size(-1), images.device());
    if (displacements.defined()) grid = bend_grid(grid, displacements, maps);
    const auto above_air = images.unsqueeze(1).to(at::kFloat).sub(air);
    return {at::grid_sampler(above_air, grid, bilinear, zeros, true).add(air),
            at::grid_sampler(masks.unsqueeze(1).to(at::kFloat), grid, nearest, zeros, true).to(at::kByte)};
}

} // namespace detail

/// `maps` has one affine per slice, or is empty where nothing moves; `displacements` [N,2,P,P] has the control points of what bends, in pixels, on
/// the CPU, or is not defined.
inline warped warp(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps, const at::Tensor& displacements = {}) {
    data.verify(slices);
    if (displacements.defined() && data.device().is_cpu()) return detail::bend_on_cpu(data, slices, maps, displacements);
    if (!maps.empty() && data.device().is_cpu()) return detail::warp_on_cpu(data, slices, maps);
    auto index = at::empty({static_cast<std::int64_t>(slices.size())}, at::kLong);
    std::ranges::copy(slices, index.data_ptr<std::int64_t>());
    const auto images = data.rows(data.images(), index), masks = data.rows(data.masks(), index);
    if (maps.empty()) return {images.unsqueeze(1).to(at::kFloat), masks.unsqueeze(1)};
    return detail::warp_by_tensors(images, masks, maps, displacements);
}

} // namespace facet
