#pragma once

#include <cstdint>
#include <optional>

#include <ATen/Functions.h>

/// What the blocks that run as one function (engine/fused.hpp) are made of, on a CPU or a GPU.
namespace facet {

constexpr double norm_momentum = 0.1, norm_epsilon = 1e-5; ///< of torch.nn.BatchNorm2d

/// A batch normalisation's tensors, each [C] and fp32.
struct norm_tensors {
    at::Tensor weight, bias, running_mean, running_variance;
};

/// An attention gate's tensors. G is the number of its features.
struct gate_tensors {
    at::Tensor up_weight, skip_weight; ///< [G,C,1,1], of the images' type
    at::Tensor weight;                 ///< [1,G,1,1] fp32: from features to the logit
    norm_tensors up, skip, logit;
    std::optional<norm_tensors> before{}; ///< with ReLU, of what comes up before it is gated
};

/// Features of a gate and what their normalisations made of them, as its kernels read them. `g` and `x` are statistics [4,G] of fg and fx: norm(x) = scale x +
/// shift, mean, 1 / deviation.
struct gate_features {
    at::Tensor fg, fx; ///< [N,G,H,W]
    at::Tensor weight, g, x;
    at::Tensor logits; ///< [NHW] fp32
};

/// The way back through a gate; `way_...` [5,...] of its normalisations: dx = a g + b x + c, and the gradients of weight and bias.
struct gate_gradients {
    at::Tensor fg, fx, skip, weight, way_g, way_x, way_logit;
};

/// [N,C,H,W] of fp32 or bf16 in channels_last.
inline bool is_image(const at::Tensor& x) {
    return x.dim() == 4 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}
/// Not filled, with another number of channels.
inline at::Tensor image_like(const at::Tensor& x, std::int64_t channels) { return at::empty({x.size(0), channels, x.size(2), x.size(3)}, x.options(), at::MemoryFormat::ChannelsLast); }

/// An image in channels_last, or some channels of one: pixels at one distance from each other.
inline bool is_pixels(const at::Tensor& x) {
    const auto s = x.strides(), n = x.sizes();
    return s[1] == 1 && s[2] == n[3] * s[3] && s[0] == n[2] * s[2];
}
inline std::int64_t pixel_stride(const at::Tensor& x) { return x.is_contiguous(at::MemoryFormat::ChannelsLast) ? x.size(1) : x.stride(3); } // sides of 1 have any stride
/// The same memory as a matrix [NHW,C].
inline at::Tensor rows_of(const at::Tensor& x) { return x.permute({0, 2, 3, 1}).view({x.numel() / x.size(1), x.size(1)}); }

inline at::Tensor floats_near(const at::Tensor& x, at::IntArrayRef shape) { return at::empty(shape, x.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous)); }

} // namespace facet
