#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/fused.hpp>
#include <facet/engine/network.hpp>

/// The few layers the shipped networks are made of, on ATen alone: torch::nn would cost every translation unit twenty seconds.
/// Defaults (initialisation, momentum, epsilon) are those of torch.nn, so that weights and behaviour carry over.
namespace facet::layers {

/// The tensors of a network under the names of its weights file, in the order they were made.
class registry {
public:
    explicit registry(std::string prefix = {}) : prefix_{std::move(prefix)} {}

    /// Uniform in [-bound, bound].
    at::Tensor parameter(const std::string& name, at::IntArrayRef shape, double bound) {
        return add(parameters_, name, at::empty(shape, at::kFloat).uniform_(-bound, bound)).set_requires_grad(true);
    }
    at::Tensor parameter_filled(const std::string& name, at::IntArrayRef shape, double value) {
        return add(parameters_, name, at::full(shape, value, at::kFloat)).set_requires_grad(true);
    }
    at::Tensor buffer(const std::string& name, const at::Tensor& value) { return add(buffers_, name, value); }

    /// A bias before a batch normalisation does nothing that the running mean cannot: it stays 0, and one that came with a file is moved there by
    /// `fold_biases`. It keeps its name in the file.
    void absorbs(const at::Tensor& running_mean, const at::Tensor& bias) { absorbed_.emplace_back(running_mean, bias); }
    /// To be called after weights were copied in, before they are used.
    void fold_biases() {
        const at::NoGradGuard no_grad;
        for (auto& [mean, bias] : absorbed_) {
            mean.sub_(bias);
            bias.zero_();
        }
    }

    [[nodiscard]] const named_tensors& parameters() const { return parameters_; }
    [[nodiscard]] const named_tensors& buffers() const { return buffers_; }

    /// Moves every tensor, images' weights to channels_last. The handles that layers hold stay valid.
    void to(at::Device device) {
        const at::NoGradGuard no_grad;
        for (auto* list : {&parameters_, &buffers_})
            for (auto& [name, tensor] : *list) {
                auto moved = tensor.detach().to(device);
                tensor.set_data(moved.dim() == 4 ? moved.contiguous(at::MemoryFormat::ChannelsLast) : moved);
            }
    }

private:
    at::Tensor add(named_tensors& list, const std::string& name, at::Tensor tensor) {
        list.emplace_back(prefix_ + name, tensor);
        return tensor;
    }
    std::string prefix_;
    named_tensors parameters_, buffers_;
    std::vector<std::pair<at::Tensor, at::Tensor>> absorbed_;
};

/// Whether a convolution adds a bias of its own, or a batch normalisation follows that makes it pointless.
enum class bias { own, absorbed };

/// Whether a convolution of few channels gets zeros up to eight: cuDNN has more plans for them. The result is the same. Meant for a GPU, where it was never
/// timed: off until it was faster there (bench/gpu).
inline bool pads_channels = false;

namespace detail {

/// Images or weights [.,C,.,.] with zeros up to eight channels.
inline at::Tensor padded(const at::Tensor& x) { return at::constant_pad_nd(x, {0, 0, 0, 0, 0, 8 - x.size(1)}, 0); }

inline at::Tensor bias_of(registry& r, const std::string& name, int channels, double bound, bias kind) {
    return kind == bias::own ? r.parameter(name + ".bias", {channels}, bound) : r.buffer(name + ".bias", at::zeros({channels}, at::kFloat));
}

} // namespace detail

/// 2-D convolution, k x k, "same" padding for stride 1, halving for stride 2.
class convolution {
public:
    convolution(registry& r, const std::string& name, int in, int out, int kernel = 3, int stride = 1, bias kind = bias::own)
        : stride_{stride}, padding_{kernel / 2}, kind_{kind} {
        const double bound = 1 / std::sqrt(static_cast<double>(in) * kernel * kernel);
        weight_ = r.parameter(name + ".weight", {out, in, kernel, kernel}, bound);
        bias_ = detail::bias_of(r, name, out, bound, kind);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
        const bool pad = pads_channels && x.size(1) < 8;
        return at::conv2d(pad ? detail::padded(x) : x, pad ? detail::padded(weight_) : weight_, kind_ == bias::own ? bias_ : at::Tensor{}, {stride_, stride_}, {padding_, padding_});
    }
    [[nodiscard]] const at::Tensor& weight() const { return weight_; }
    [[nodiscard]] const at::Tensor& bias_tensor() const { return bias_; }

private:
    at::Tensor weight_, bias_;
    int stride_, padding_;
    bias kind_;
};

/// Transposed convolution 3 x 3 that doubles the sides.
class doubling_convolution {
public:
    doubling_convolution(registry& r, const std::string& name, int in, int out, bias kind = bias::own) : kind_{kind} {
        const double bound = 1 / std::sqrt(static_cast<double>(out) * 9); // torch takes the fan from the second dimension
        weight_ = r.parameter(name + ".weight", {in, out, 3, 3}, bound);
        bias_ = detail::bias_of(r, name, out, bound, kind);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
        return at::conv_transpose2d(x, weight_, kind_ == bias::own ? bias_ : at::Tensor{}, {2, 2}, {1, 1}, {1, 1});
    }
    [[nodiscard]] const at::Tensor& bias_tensor() const { return bias_; }

private:
    at::Tensor weight_, bias_;
    bias kind_;
};

/// Batch normalisation (Ioffe and Szegedy, 2015).
class batch_norm {
public:
    batch_norm(registry& r, const std::string& name, int channels)
        : weight_{r.parameter_filled(name + ".weight", {channels}, 1)},
          bias_{r.parameter_filled(name + ".bias", {channels}, 0)},
          mean_{r.buffer(name + ".running_mean", at::zeros({channels}, at::kFloat))},
          variance_{r.buffer(name + ".running_var", at::ones({channels}, at::kFloat))},
          batches_{r.buffer(name + ".num_batches_tracked", at::zeros({}, at::kLong))} {}

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const {
        return at::batch_norm(x, weight_, bias_, mean_, variance_, training, norm_momentum, norm_epsilon, true);
    }
    /// Followed by ReLU, in one function where there is one.
    [[nodiscard]] at::Tensor relu(const at::Tensor& x, bool training) const {
        if (!fused::takes(x) || (!training && at::GradMode::is_enabled())) return (*this)(x, training).relu_();
        return training ? fused::norm_relu(x, tensors()) : fused::norm_relu_frozen(x, tensors());
    }
    [[nodiscard]] norm_tensors tensors() const { return {weight_, bias_, mean_, variance_}; }

private:
    at::Tensor weight_, bias_, mean_, variance_, batches_;
};

} // namespace facet::layers
