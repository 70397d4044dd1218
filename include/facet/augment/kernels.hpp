#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// A band of brightness through a point: its direction and its height, [N,1,1,1] each.
struct streak {
    at::Tensor angle; ///< radians
    at::Tensor hu;
};

/// A rectangle in shares of the side: centre and extent, [N,1,1,1] each.
struct box {
    at::Tensor x, y, width, height;
};

/// The arithmetic of the operations, compiled once. Nothing waits for the device; images are [N,C,H,W] float, per-slice numbers [N,1,1,1]
/// (or [1,1,1,1] for all). No image is changed in place.
template <class = void> struct kernels {
    /// Gaussian blur with a standard deviation per axis in pixels, none above `largest`. The kernel has 2 floor(3 sigma + 1/4) + 1 taps, the
    /// borders mirror.
    static at::Tensor gaussian_blur(const at::Tensor& images, const at::Tensor& down, const at::Tensor& across, double largest);
    /// Mean over `thickness` rows (a box with fractional ends), none above `largest`; the borders mirror.
    static at::Tensor box_blur_rows(const at::Tensor& images, const at::Tensor& thickness, double largest);
    /// Down to round(scale x side) pixels by the nearest one, and back up linearly.
    static at::Tensor low_resolution(const at::Tensor& images, const at::Tensor& scale);
    /// White noise made smooth by a blur of `sigma` pixels, with the standard deviation kept.
    static at::Tensor grainy(const at::Tensor& white, double sigma);

    /// (x - mean) factor + mean, clamped to the range it had; mean and range of each channel of each slice.
    static at::Tensor contrast(const at::Tensor& images, const at::Tensor& factor);
    /// ((x - min) / range)^exponent range + min; mean and standard deviation restored where `retain_stats`; of -x where `inverted`.
    static at::Tensor power(const at::Tensor& images, const at::Tensor& exponent, bool inverted, bool retain_stats);
    /// min(max(x, 0), 1)^exponent; in place where the caller has given its only handle away.
    static at::Tensor unit_power(at::Tensor images, const at::Tensor& exponent);
    /// Mean and standard deviation of each channel of each slice as in `before`.
    static at::Tensor with_stats_of(const at::Tensor& images, const at::Tensor& before);

    /// The sum of the streaks through (x, y), in shares of the side, [N,1,S,S] HU.
    static at::Tensor streaks(std::span<const streak> all, const at::Tensor& x, const at::Tensor& y, double width, std::int64_t side);
    /// True inside any of the boxes, [N,1,S,S].
    static at::Tensor inside(std::span<const box> boxes, std::int64_t side);

    /// `images`, but where `before` is air or padding (-1024 HU or less), air; nothing falls below air.
    static at::Tensor keep_air(const at::Tensor& images, const at::Tensor& before);
    /// Air where `there` is true.
    static at::Tensor put_air(const at::Tensor& images, const at::Tensor& there);
    /// sqrt(density / density of water), 0 in air: how the noise of attenuated photons grows.
    static at::Tensor root_density(const at::Tensor& hu);
    /// One channel per window, each with bounds of its own for every slice; no window begins below air.
    static at::Tensor windows(const at::Tensor& hu, std::span<const window_bounds> bounds);

    /// How much of the partner shows: 1 on its fracture pixels and `margin` pixels around, falling to 0 over `margin` more. [N,1,S,S].
    static at::Tensor paste_weight(const at::Tensor& masks, int margin);
    /// Shares of fracture: (1 - share) own + share other, ignored where either is; float.
    static at::Tensor mix_masks(const at::Tensor& own, const at::Tensor& other, const at::Tensor& share);
};

} // namespace facet::augment

#if !defined(FACET_COMPILED)
#include <facet/augment/kernels-inl.hpp>
#endif
