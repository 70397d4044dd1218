#pragma once
// unit: facet::distance_transforms<>
// library: engine

#include <facet/loss/distance_map.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/parallel.hpp>

namespace facet {

namespace detail::distance {

/// Squared distances of one slice to its nearest pixel of a class, in integers and linear time: columns first, then for each row the lower
/// envelope of the parabolas that its columns give (Meijster et al., 2000).
class slice_transform {
public:
    slice_transform(std::int64_t height, std::int64_t width)
        : height_{height}, width_{width}, column_(static_cast<std::size_t>(height * width)), apex_(static_cast<std::size_t>(width)), from_(apex_) {}

    /// `nearest(row, x, squared)` gets every pixel's squared distance to the nearest pixel whose mask value is `label`; there must be one.
    template <class F> void operator()(const bool* mask, bool label, const F& nearest) {
        measure_columns(mask, label);
        for (std::int64_t y = 0; y < height_; ++y) measure_row(y, nearest);
    }

private:
    using number = std::int64_t;

    void measure_columns(const bool* mask, bool label) {
        const auto none = static_cast<std::int32_t>(height_ + width_); // farther than any pixel
        const auto row = [&](std::int64_t y) { return column_.data() + y * width_; };
        for (std::int64_t y = 0; y < height_; ++y)
            for (std::int64_t x = 0; x < width_; ++x)
                row(y)[x] = mask[y * width_ + x] == label ? 0 : y == 0 ? none : std::min(none, row(y - 1)[x] + 1);
        for (std::int64_t y = height_ - 2; y >= 0; --y)
            for (std::int64_t x = 0; x < width_; ++x) row(y)[x] = std::min(row(y)[x], row(y + 1)[x] + 1);
    }

    template <class F> void measure_row(std::int64_t y, const F& nearest) {
        const auto* g = column_.data() + y * width_;
        const auto squared = [g](number x, number i) { return (x - i) * (x - i) + number{g[i]} * g[i]; };
        const auto overtakes = [g](number i, number u) { return (u * u - i * i + number{g[u]} * g[u] - number{g[i]} * g[i]) / (2 * (u - i)); };
        std::ptrdiff_t last = 0;
        apex_[0] = from_[0] = 0;
        for (number u = 1; u < width_; ++u) {
            while (last >= 0 && squared(from(last), apex(last)) > squared(from(last), u)) --last;
            const number start = last < 0 ? 0 : 1 + overtakes(apex(last), u);
            if (start >= width_) continue;
            ++last;
            apex_[static_cast<std::size_t>(last)] = u;
            from_[static_cast<std::size_t>(last)] = start;
        }
        for (number x = width_ - 1; x >= 0; --x) {
            nearest(y, x, squared(x, apex(last)));
            if (x == from(last)) --last;
        }
    }

    [[nodiscard]] number apex(std::ptrdiff_t i) const { return apex_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] number from(std::ptrdiff_t i) const { return from_[static_cast<std::size_t>(i)]; }

    std::int64_t height_, width_;
    std::vector<std::int32_t> column_;   ///< distance within the column
    std::vector<std::int64_t> apex_, from_; ///< of the row's envelope: columns, and where each begins to be the lowest
};

inline void measure_slice(slice_transform& transform, std::span<const bool> mask, std::int64_t width, float* out) {
    const auto positives = std::ranges::count(mask, true);
    if (positives == 0 || positives == std::ssize(mask)) {
        std::fill_n(out, mask.size(), 0.0F);
        return;
    }
    for (const bool label : {true, false}) { // seen from outside, then from inside
        const float sign = label ? 1 : -1;
        transform(mask.data(), label, [&](std::int64_t y, std::int64_t x, std::int64_t squared) {
            const auto i = y * width + x;
            if (mask[static_cast<std::size_t>(i)] != label) out[i] = sign * std::sqrt(static_cast<float>(squared));
        });
    }
}

/// Squared distance [N,H,W] to the nearest true pixel of `seed` [N,H,W]; at least the square of H + W in a slice without one.
inline at::Tensor squared_distance(const at::Tensor& seed) {
    const auto height = seed.size(1), width = seed.size(2);
    const auto far = static_cast<double>(height + width);
    const auto numbers = at::TensorOptions{seed.device()}.dtype(at::kFloat);
    const auto x = at::arange(width, numbers), y = at::arange(height, numbers);
    const auto left = x - std::get<0>(at::where(seed, x, -far).cummax(2));
    const auto right = std::get<0>(at::where(seed, x, 2 * far).flip({2}).cummin(2)).flip({2}) - x;
    const auto in_row = at::minimum(left, right).clamp_max(far).square();
    const auto between_rows = (y.unsqueeze(1) - y.unsqueeze(0)).square().unsqueeze(2); // [H,H,1]
    std::vector<at::Tensor> parts;
    const auto at_once = std::max<std::int64_t>(1, (std::int64_t{1} << 26) / (height * height * width)); // 256 MiB
    for (const auto& some : in_row.split(at_once)) parts.push_back((some.unsqueeze(1) + between_rows).amin(2));
    return at::cat(parts);
}

} // namespace detail::distance

template <class T> at::Tensor distance_transforms<T>::signed_distance_by_tensors(const at::Tensor& mask) {
    const at::NoGradGuard no_grad;
    const auto inside = mask.to(at::kBool).flatten(0, 1), outside = inside.logical_not();
    const auto signed_map = at::where(inside, -detail::distance::squared_distance(outside).sqrt(), detail::distance::squared_distance(inside).sqrt());
    const auto has_outline = inside.flatten(1).any(1).logical_and(outside.flatten(1).any(1));
    return (signed_map * has_outline.view({-1, 1, 1})).view(mask.sizes());
}

template <class T> at::Tensor distance_transforms<T>::signed_distance(const at::Tensor& mask) {
    if (!mask.device().is_cpu()) return signed_distance_by_tensors(mask);
    const at::NoGradGuard no_grad;
    const auto fracture = mask.to(at::kBool).contiguous();
    const auto height = mask.size(-2), width = mask.size(-1), pixels = height * width;
    auto out = at::empty(mask.sizes(), at::TensorOptions{}.dtype(at::kFloat));
    const auto* from = fracture.template data_ptr<bool>();
    auto* to = out.template data_ptr<float>();
    parallel_for(0, mask.numel() / pixels, 1, [&](std::int64_t first, std::int64_t last) {
        detail::distance::slice_transform transform{height, width};
        for (auto i = first; i < last; ++i)
            detail::distance::measure_slice(transform, {from + i * pixels, static_cast<std::size_t>(pixels)}, width, to + i * pixels);
    });
    return out;
}

} // namespace facet
