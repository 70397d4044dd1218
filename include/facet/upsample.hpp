#pragma once

#include <concepts>
#include <variant>

#include <facet/core/role.hpp>

/// How a model doubles the sides of its features on the way up: model::unet{.upsample = upsample::bilinear{}}.
namespace facet::upsample {

/// Transposed convolution, kernel 2, stride 2: learned, no overlap, so no checkerboard of overlaps.
struct transposed {
    using role = facet::role::layer;
};

/// 1x1 convolution where the number of channels changes, then bilinear interpolation between aligned corner pixels, as in MONAI. On a GPU its
/// gradient is summed in no fixed order: two runs may differ in their last bits.
struct bilinear {
    using role = facet::role::layer;
};

/// 1x1 convolution where the number of channels changes, then each pixel four times.
struct nearest {
    using role = facet::role::layer;
};

using choice = std::variant<transposed, bilinear, nearest>;

template <class P>
concept policy = std::same_as<P, transposed> || std::same_as<P, bilinear> || std::same_as<P, nearest>;

} // namespace facet::upsample
