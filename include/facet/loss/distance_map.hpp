#pragma once

#include <ATen/core/Tensor.h>

namespace facet::loss {

/// How far each pixel lies from the outline of the fractures, with its side: what target::distance_maps hands to a loss.
struct distance_map {
    /// [N,1,H,W] fp32 without gradient, in pixels: distance to the nearest fracture pixel outside (> 0), minus the distance to the nearest
    /// other pixel inside (< 0), by pixel centres, so at least 1 either way. 0 in a slice that has no outline.
    at::Tensor pixels;
};

} // namespace facet::loss

namespace facet {

/// Exact Euclidean distances, compiled once.
template <class = void> struct distance_transforms {
    /// The signed distances of `mask` [N,1,H,W], bool or {0, 1}; see loss::distance_map. Threads over slices on the CPU, by tensors elsewhere.
    static at::Tensor signed_distance(const at::Tensor& mask);
    /// The same by tensor operations alone, on any device, without waiting for it; memory grows with H^2 W.
    static at::Tensor signed_distance_by_tensors(const at::Tensor& mask);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/loss/distance_map-inl.hpp>
#endif
