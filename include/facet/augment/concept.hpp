#pragma once

#include <array>
#include <concepts>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>

#include <ATen/core/Tensor.h>

#include <facet/core/rng.hpp>
#include <facet/core/role.hpp>
#include <facet/core/units.hpp>

namespace facet::augment {

/// What an operation works on, and so when it runs: geometry first, then Hounsfield units, then the windows themselves, then the windowed
/// channels in [0, 1], then the slices of a batch among each other.
enum class domain { geometry, hu, windowing, window, batch };

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

/// A smooth displacement of a slice: a uniform cubic B-spline over [0, size-1] with points x points coefficients, the outer ones one interval
/// outside. `coefficients`, in pixels: x then y, each row by row; output position p reads from p + displacement(p) before the affine.
struct displacement {
    std::int64_t points;
    std::span<float> coefficients; ///< [2 * points * points], zero at first
};

/// Randomness for a batch of slices. Every draw is keyed by (seed, epoch, scope, place in the chain, index of the draw): with scope vertebra,
/// all slices of a vertebra get the same number. The engine implements it on the batch's device.
struct draws {
    using change = std::function<at::Tensor(const at::Tensor&, draws&)>;

    virtual ~draws() = default;
    /// The draws that follow belong to the operation at this place in the chain.
    virtual void begin(std::uint64_t /*place*/) {}
    /// [N,1,1,1], uniform in [low, high).
    virtual at::Tensor uniform(double low, double high) = 0;
    /// [N,1,1,1], true with the probability.
    virtual at::Tensor happens(double probability) = 0;
    /// Independent standard normal numbers in the shape of `like`, keyed by slice and pixel.
    virtual at::Tensor normal_like(const at::Tensor& like) = 0;
    /// int64 [N]: for each slice another one of the batch, or itself where there is no other (`fractured`: no other with a fracture). It
    /// depends on which slices the batch holds, not on their order.
    virtual at::Tensor partner(bool fractured) = 0;
    /// `images` with those slices changed to which it happens. The last draw of an operation: how far `f` counts on is not defined afterwards.
    virtual at::Tensor some(double probability, const at::Tensor& images, const change& f) {
        const auto chosen = happens(probability);
        return f(images, *this).where(chosen, images);
    }
};

/// A batch in the hands of a batch operation.
struct mixture {
    at::Tensor channels; ///< [N,C,H,W] float in [0,1]
    at::Tensor masks;    ///< [N,1,H,W] uint8: 0, 1, 255 = ignore; or float: shares in [0,1], 255 = ignore
};

/// One window per slice: [N,1,1,1] each, in HU.
struct window_bounds {
    at::Tensor low, high;
};

/// A linear operation adds its part to one affine. `size` is the side of the slice in pixels.
template <class P>
concept linear = plays<P, role::augment_op> && P::where == domain::geometry && requires(const P& p, affine& map, rng::stream& draw, double size) { p(map, draw, size); };

/// A bending operation fills the displacement, which comes with `control_points` points a side; at most one in a chain.
template <class P>
concept bending = plays<P, role::augment_op> && P::where == domain::geometry && requires(const P& p, displacement& field, rng::stream& draw, double size) {
    { p.control_points } -> std::convertible_to<std::int64_t>;
    p(field, draw, size);
};

/// A geometric operation moves image and mask together; it may stand in per_vertebra only.
template <class P> concept geometric = linear<P> || bending<P>;

/// An intensity operation maps images [N,1,H,W] in HU (domain hu) or [N,C,H,W] in [0,1] (domain window) to images of the same shape.
template <class P>
concept intensity = plays<P, role::augment_op> && (P::where == domain::hu || P::where == domain::window) && requires(const P& p, const at::Tensor& images, draws& d) {
    { p(images, d) } -> std::same_as<at::Tensor>;
};

/// A windowing operation changes the bounds of one window; at most one in a chain.
template <class P>
concept windowing = plays<P, role::augment_op> && P::where == domain::windowing && requires(const P& p, hu window, draws& d) {
    { p(window, d) } -> std::same_as<window_bounds>;
};

/// A batch operation mixes slices of a batch, images and masks alike; it may stand in per_batch only.
template <class P>
concept mixing = plays<P, role::augment_op> && P::where == domain::batch && requires(const P& p, const mixture& m, draws& d) {
    { p(m, d) } -> std::same_as<mixture>;
};

template <class P> concept operation = geometric<P> || intensity<P> || windowing<P> || mixing<P>;

/// How often an operation is applied; 1 where it has no field `probability`.
template <class P> constexpr double probability_of(const P& p) {
    if constexpr (requires { p.probability; }) return p.probability;
    else return 1;
}

} // namespace facet::augment
