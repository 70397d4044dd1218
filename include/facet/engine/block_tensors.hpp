#pragma once

#include <cstdint>

#include <ATen/Functions.h>

/// What the blocks that run as one function are made of, on a CPU or a GPU.
namespace facet {

constexpr double norm_momentum = 0.1, norm_epsilon = 1e-5; ///< of torch.nn.BatchNorm2d

/// A batch normalisation's tensors, each [C] and fp32.
struct norm_tensors {
    at::Tensor weight, bias, running_mean, running_variance;
};

/// [N,C,H,W] of fp32 or bf16 in channels_last.
inline bool is_image(const at::Tensor& x) {
    return x.dim() == 4 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}
/// Not filled, with another number of channels.
inline at::Tensor image_like(const at::Tensor& x, std::int64_t channels) { return at::empty({x.size(0), channels, x.size(2), x.size(3)}, x.options(), at::MemoryFormat::ChannelsLast); }

} // namespace facet
