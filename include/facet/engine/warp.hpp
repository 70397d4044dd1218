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

/// One slice through one affine. Pixels whose four neighbours all lie inside form one run in each row, which is done in three loops that
/// compilers turn into vectors or plain loads; the others look at each neighbour.
class slice_warp {
public:
    /// `mask` may be null: then nothing of it is written.
    slice_warp(const std::int16_t* image, const std::uint8_t* mask, std::int64_t side, const augment::affine& map)
        : image_{image}, mask_{mask}, side_{side}, last_{static_cast<float>(side - 1)}, xx_{static_cast<float>(map.matrix[0])}, xy_{static_cast<float>(map.matrix[1])},
          yx_{static_cast<float>(map.matrix[2])}, yy_{static_cast<float>(map.matrix[3])}, shift_x_{static_cast<float>(map.shift[0])}, shift_y_{static_cast<float>(map.shift[1])},
          wx_(static_cast<std::size_t>(side)), wy_(wx_), place_(wx_.size()), nearest_(wx_.size()), upper_(wx_.size()), lower_(wx_.size()) {}

    void operator()(float* image_out, std::uint8_t* mask_out) {
        for (std::int64_t row = 0; row < side_; ++row, image_out += side_, mask_out += side_) {
            const float centre = last_ / 2, dy = static_cast<float>(row) - centre;
            x0_ = xy_ * dy + shift_x_ + centre;
            y0_ = yy_ * dy + shift_y_ + centre;
            std::int64_t first = 0, last = side_;
            while (first < last && !inside(first)) edge(first, image_out, mask_out), ++first;
            while (first < last && !inside(last - 1)) --last, edge(last, image_out, mask_out);
            run(first, last, image_out, mask_out);
        }
    }

private:
    [[nodiscard]] float x_at(std::int64_t column) const { return x0_ + xx_ * (static_cast<float>(column) - last_ / 2); }
    [[nodiscard]] float y_at(std::int64_t column) const { return y0_ + yx_ * (static_cast<float>(column) - last_ / 2); }
    [[nodiscard]] bool inside(std::int64_t column) const {
        const float x = x_at(column), y = y_at(column);
        return x >= 0 && y >= 0 && x < last_ && y < last_;
    }
    static float between(float a, float b, float w) { return a + w * (b - a); }

    void run(std::int64_t first, std::int64_t last, float* image_out, std::uint8_t* mask_out) {
        const auto side = static_cast<std::int32_t>(side_);
        auto *wx = wx_.data(), *wy = wy_.data();
        auto *place = place_.data(), *nearest = nearest_.data();
        auto *upper = upper_.data(), *lower = lower_.data();
        for (auto c = first; c < last; ++c) {
            const float x = x_at(c), y = y_at(c);
            const auto left = static_cast<std::int32_t>(x), top = static_cast<std::int32_t>(y);
            wx[c] = x - static_cast<float>(left);
            wy[c] = y - static_cast<float>(top);
            place[c] = top * side + left;
            nearest[c] = place[c] + (wx[c] > 0.5f ? 1 : 0) + (wy[c] > 0.5f ? side : 0);
        }
        for (auto c = first; c < last; ++c) { // two neighbours in one load each
            __builtin_memcpy(upper + c, image_ + place[c], 4);
            __builtin_memcpy(lower + c, image_ + place[c] + side, 4);
        }
        if (mask_ != nullptr)
            for (auto c = first; c < last; ++c) mask_out[c] = mask_[nearest[c]];
        const auto low = [](std::uint32_t two) { return static_cast<float>(static_cast<std::int16_t>(two & 0xffffu)); };
        const auto high = [](std::uint32_t two) { return static_cast<float>(static_cast<std::int32_t>(two) >> 16); };
        for (auto c = first; c < last; ++c)
            image_out[c] = between(between(low(upper[c]), high(upper[c]), wx[c]), between(low(lower[c]), high(lower[c]), wx[c]), wy[c]);
    }

    void edge(std::int64_t column, float* image_out, std::uint8_t* mask_out) const {
        const float x = x_at(column), y = y_at(column), beyond = last_ + 1;
        if (x <= -1 || y <= -1 || x >= beyond || y >= beyond) { // no neighbour is in the slice
            image_out[column] = static_cast<float>(air);
            if (mask_ != nullptr) mask_out[column] = 0;
            return;
        }
        const auto at = [&](std::int64_t r, std::int64_t c) { return r >= 0 && r < side_ && c >= 0 && c < side_ ? static_cast<float>(image_[r * side_ + c]) : static_cast<float>(air); };
        const float fx = std::floor(x), fy = std::floor(y);
        const auto left = static_cast<std::int64_t>(fx), top = static_cast<std::int64_t>(fy);
        image_out[column] = between(between(at(top, left), at(top, left + 1), x - fx), between(at(top + 1, left), at(top + 1, left + 1), x - fx), y - fy);
        if (mask_ == nullptr) return;
        const auto nearest_x = left + (x - fx > 0.5f ? 1 : 0), nearest_y = top + (y - fy > 0.5f ? 1 : 0);
        const bool in = nearest_x >= 0 && nearest_x < side_ && nearest_y >= 0 && nearest_y < side_;
        mask_out[column] = in ? mask_[nearest_y * side_ + nearest_x] : std::uint8_t{0};
    }

    const std::int16_t* image_;
    const std::uint8_t* mask_;
    std::int64_t side_;
    float last_, xx_, xy_, yx_, yy_, shift_x_, shift_y_, x0_ = 0, y0_ = 0;
    std::vector<float> wx_, wy_;
    std::vector<std::int32_t> place_, nearest_;
    std::vector<std::uint32_t> upper_, lower_;
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

/// Slices of a store as they are, on its device.
inline warped stored(const resident_store& data, std::span<const std::uint32_t> slices) {
    data.verify(slices);
    auto index = at::empty({static_cast<std::int64_t>(slices.size())}, at::kLong);
    std::ranges::copy(slices, index.data_ptr<std::int64_t>());
    return {data.rows(data.images(), index).unsqueeze(1).to(at::kFloat), data.rows(data.masks(), index).unsqueeze(1)};
}

/// On the CPU: `maps` has one affine per slice, or is empty where nothing moves; `displacements` [N,2,P,P] has the control points of what bends,
/// in pixels, or is not defined.
inline warped warp(const resident_store& data, std::span<const std::uint32_t> slices, std::span<const augment::affine> maps, const at::Tensor& displacements = {}) {
    data.verify(slices);
    if (displacements.defined()) return detail::bend_on_cpu(data, slices, maps, displacements);
    return maps.empty() ? stored(data, slices) : detail::warp_on_cpu(data, slices, maps);
}

} // namespace facet
