#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace facet {

using named_tensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A model at run time. Policies describe it; the body lives behind this seam, so that samplers, losses and metrics never see torch::nn.
struct network {
    virtual ~network() = default;
    /// Images [N,C,H,W] to logits [N,1,H,W]; the last 1x1 convolution runs in fp32 whatever the precision of the rest.
    virtual at::Tensor forward(const at::Tensor& images) = 0;
    /// Logits of every head, full resolution first; a model without deep supervision has one.
    virtual std::vector<at::Tensor> forward_heads(const at::Tensor& images) { return {forward(images)}; }
    /// Trainable tensors under the names they have in a weights file.
    virtual named_tensors parameters() = 0;
    /// What is saved but not trained (running statistics).
    virtual named_tensors buffers() = 0;
    /// Training or evaluation; to be said anew after weights were copied in.
    virtual void train(bool on) = 0;
    virtual void to(at::Device device) = 0;
};

} // namespace facet
