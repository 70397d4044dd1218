#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/Functions.h>

#include <facet/augment/concept.hpp>
#include <facet/data/volume.hpp>

/// The warp with a displacement: the position of an output pixel is displaced by a cubic B-spline, then goes through the affine, then the slice
/// is interpolated once. warp.hpp has the warp by affines alone.
namespace facet::detail {

/// Four weights of a uniform cubic B-spline and the first control point they belong to, for every pixel of a side.
class spline_side {
public:
    spline_side(std::int64_t side, std::int64_t points) : weights_(static_cast<std::size_t>(side)), first_(static_cast<std::size_t>(side)) {
        const auto intervals = static_cast<double>(points - 3);
        for (std::int64_t i = 0; i < side; ++i) {
            const double at = static_cast<double>(i) / static_cast<double>(side - 1) * intervals;
            const double begin = std::min(std::floor(at), intervals - 1), u = at - begin, v = 1 - u;
            first_[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(begin);
            weights_[static_cast<std::size_t>(i)] = {static_cast<float>(v * v * v / 6), static_cast<float>((3 * u * u * u - 6 * u * u + 4) / 6),
                                                     static_cast<float>((3 * v * v * v - 6 * v * v + 4) / 6), static_cast<float>(u * u * u / 6)};
        }
    }
    [[nodiscard]] const std::array<float, 4>& weights(std::int64_t i) const { return weights_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t first(std::int64_t i) const { return first_[static_cast<std::size_t>(i)]; }

private:
    std::vector<std::array<float, 4>> weights_;
    std::vector<std::int64_t> first_;
};

/// `coefficients`: x then y, points x points each.
inline void bend_slice(const std::int16_t* image, const std::uint8_t* mask, std::int64_t side, const augment::affine& map, const spline_side& spline, std::int64_t points,
                       const float* coefficients, float* image_out, std::uint8_t* mask_out) {
    const auto centre = static_cast<float>(side - 1) / 2;
    const auto xx = static_cast<float>(map.matrix[0]), xy = static_cast<float>(map.matrix[1]);
    const auto yx = static_cast<float>(map.matrix[2]), yy = static_cast<float>(map.matrix[3]);
    const auto shift_x = static_cast<float>(map.shift[0]) + centre, shift_y = static_cast<float>(map.shift[1]) + centre;
    const auto at = [&](std::int64_t row, std::int64_t column) {
        return row >= 0 && row < side && column >= 0 && column < side ? static_cast<float>(image[row * side + column]) : static_cast<float>(air);
    };
    std::vector<float> line(static_cast<std::size_t>(2 * points)); // the coefficients of this row
    for (std::int64_t row = 0; row < side; ++row) {
        const auto& down = spline.weights(row);
        for (std::int64_t axis = 0; axis < 2; ++axis)
            for (std::int64_t p = 0; p < points; ++p) {
                const float* c = coefficients + axis * points * points + spline.first(row) * points + p;
                line[static_cast<std::size_t>(axis * points + p)] = down[0] * c[0] + down[1] * c[points] + down[2] * c[2 * points] + down[3] * c[3 * points];
            }
        for (std::int64_t column = 0; column < side; ++column) {
            const auto& across = spline.weights(column);
            const float* cx = line.data() + spline.first(column);
            const float* cy = cx + points;
            const float dx = static_cast<float>(column) - centre + (across[0] * cx[0] + across[1] * cx[1] + across[2] * cx[2] + across[3] * cx[3]);
            const float dy = static_cast<float>(row) - centre + (across[0] * cy[0] + across[1] * cy[1] + across[2] * cy[2] + across[3] * cy[3]);
            const float x = xx * dx + xy * dy + shift_x, y = yx * dx + yy * dy + shift_y;
            const float fx = std::floor(x), fy = std::floor(y), wx = x - fx, wy = y - fy;
            const auto left = static_cast<std::int64_t>(fx), top = static_cast<std::int64_t>(fy);
            const float a = at(top, left), b = at(top, left + 1), c = at(top + 1, left), d = at(top + 1, left + 1);
            const float upper = a + wx * (b - a), lower = c + wx * (d - c);
            const auto pixel = row * side + column;
            image_out[pixel] = upper + wy * (lower - upper);
            const auto nearest_x = static_cast<std::int64_t>(std::nearbyint(x)), nearest_y = static_cast<std::int64_t>(std::nearbyint(y));
            const bool inside = nearest_x >= 0 && nearest_x < side && nearest_y >= 0 && nearest_y < side;
            mask_out[pixel] = inside ? mask[nearest_y * side + nearest_x] : std::uint8_t{0};
        }
    }
}

/// The weights of the control points at every pixel of a side, [S,P].
inline at::Tensor spline_basis(std::int64_t side, std::int64_t points) {
    const spline_side spline{side, points};
    auto basis = at::zeros({side, points}, at::kFloat);
    for (std::int64_t i = 0; i < side; ++i)
        for (std::int64_t k = 0; k < 4; ++k) basis.data_ptr<float>()[i * points + spline.first(i) + k] = spline.weights(i)[static_cast<std::size_t>(k)];
    return basis;
}

/// `grid` [N,S,S,2] of grid_sample (align_corners) bent by `coefficients` [N,2,P,P] in pixels: what the affine `theta` [N,2,3] does to a
/// displacement is added.
inline at::Tensor bend_grid(const at::Tensor& grid, const at::Tensor& coefficients, const at::Tensor& theta, const at::Tensor& basis) {
    const auto side = grid.size(1), n = grid.size(0);
    const auto field = at::matmul(at::matmul(basis, coefficients), basis.t()); // [N,2,S,S] in pixels
    const auto linear = theta.narrow(2, 0, 2).mul(2 / static_cast<double>(side - 1)); // pixels to [-1, 1]
    return grid.add(at::matmul(linear, field.flatten(2)).view({n, 2, side, side}).permute({0, 2, 3, 1}));
}

} // namespace facet::detail
