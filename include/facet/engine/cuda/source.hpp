#pragma once

#include <string>

#include <facet/engine/cuda/gate_source.hpp>
#include <facet/engine/cuda/norm_source.hpp>

namespace facet::cuda {

/// All kernels of ours, for images of bf16 or of fp32.
inline std::string source(bool bf16) { return std::string{"#define BF16 "} + (bf16 ? "1" : "0") + "\n" + norm_source + gate_source; }

} // namespace facet::cuda
