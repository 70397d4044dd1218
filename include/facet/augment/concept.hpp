#pragma once

#include <array>
#include <concepts>
#include <cmath>

#include <ATen/core/Tensor.h>

#include <facet/core/rng.hpp>
#include <facet/core/role.hpp>

namespace facet::augment {

/// What an operation works on, and so when it runs: geometry first, then Hounsfield units, then the windowed channels in [0, 1].
enum class domain { geometry, hu, window };

/// A map from output to input positions, in pixels relative to the centre of the slice: input = matrix * output + shift.
/// `row`/`column` order: x is the column (left to right in the stored slice), y the row (top to bottom).
struct affine {
    std::array<double, 4> matrix{1, 0, 0, 1}; ///< [xx, xy, yx, yy]
    std::array<double, 2> shift{0, 0};        ///< [x, y] in pixels

    /// Applies `next` to the output side: the picture is first changed by `*this`, then by `next`.
    void then(const affine& next) {
        const auto [a, b, c, d] = matrix;
        const auto [e, f, g, h] = next.matrix;
        shift = {a * next.shift[0] + b * next.shift[1] + shift[0], c * next.shift[0] + d * next.shift[1] + shift[1]};
        matrix = {a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h};
    }
};

/// Randomness for a batch of slices. Every draw is keyed by (seed, epoch, scope, operation, index of the draw): with scope vertebra, all
/// slices of a vertebra get the same number. The engine implements it on the batch's device.
struct draws {
    virtual ~draws() = default;
    /// [N,1,1,1], uniform in [low, high).
    virtual at::Tensor uniform(double low, double high) = 0;
    /// [N,1,1,1], true with the probability.
    virtual at::Tensor happens(double probability) = 0;
    /// Independent standard normal numbers in the shape of `like`, keyed by slice and pixel.
    virtual at::Tensor normal_like(const at::Tensor& like) = 0;
};

/// A geometric operation adds its part to one affine; it may stand in per_vertebra only.
/// `size` is the side of the slice in pixels.
template <class P>
concept geometric = plays<P, role::augment_op> && P::where == domain::geometry && requires(const P& p, affine& map, rng::stream& draw, double size) { p(map, draw, size); };

/// An intensity operation maps images [N,1,H,W] in HU (domain hu) or [N,C,H,W] in [0,1] (domain window) to images of the same shape.
template <class P>
concept intensity = plays<P, role::augment_op> && (P::where == domain::hu || P::where == domain::window) && requires(const P& p, const at::Tensor& images, draws& d) {
    { p(images, d) } -> std::same_as<at::Tensor>;
};

template <class P> concept operation = geometric<P> || intensity<P>;

} // namespace facet::augment
