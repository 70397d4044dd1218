#pragma once

#include <ATen/core/Tensor.h>

namespace facet {

constexpr double norm_momentum = 0.1, norm_epsilon = 1e-5; ///< of torch.nn.BatchNorm2d

/// A batch normalisation's tensors, each [C] and fp32.
struct norm_tensors {
    at::Tensor weight, bias, running_mean, running_variance;
};

} // namespace facet
