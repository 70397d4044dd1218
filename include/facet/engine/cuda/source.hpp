#pragma once

#include <array>
#include <string>

#include <facet/engine/cuda/gate_source.hpp>
#include <facet/engine/cuda/norm_source.hpp>

namespace facet::cuda {

/// All kernels of ours, for images of bf16 or of fp32.
inline std::string source(bool bf16) { return std::string{"#define BF16 "} + (bf16 ? "1" : "0") + "\n" + norm_source + gate_source; }

inline constexpr std::array kernel_names{"norm_sums", "norm_finish", "norm_recall", "norm_relu", "norm_relu_sums", "norm_finish_backward", "norm_relu_backward",
                                         "gate_logits", "gate_skip", "gate_skip_backward", "gate_sums", "gate_backward"};

} // namespace facet::cuda
