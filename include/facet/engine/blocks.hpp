#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/autocast.hpp>
#include <facet/engine/layers.hpp>
#include <facet/engine/networks.hpp>

/// Blocks that the policies of a model choose the layers of. Images and features are [N,C,H,W], channels_last.
namespace facet::layers {

/// Instance normalisation that keeps channels_last: group normalisation with one channel a group. Torch's kernel for the CPU takes the variance
/// as a difference of two large numbers; a channel that is moved to mean 0 first, which changes nothing else, keeps its digits.
[[nodiscard]] inline at::Tensor instance_norm(const at::Tensor& x, const at::Tensor& weight = {}, const at::Tensor& bias = {}) {
    const auto centred = x.is_cpu() ? x.sub(x.detach().mean(at::IntArrayRef{2, 3}, true)) : x;
    return at::group_norm(centred, x.size(1), weight, bias, 1e-5);
}

class normalisation {
public:
    normalisation(registry& r, const std::string& name, int channels, const norm::choice& kind) {
        if (std::holds_alternative<norm::batch>(kind)) {
            batch_.emplace(r, name, channels);
            return;
        }
        const auto* group = std::get_if<norm::group>(&kind);
        groups_ = group != nullptr ? group->groups : channels;
        weight_ = r.parameter_filled(name + ".weight", {channels}, 1);
        bias_ = r.parameter_filled(name + ".bias", {channels}, 0);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const {
        if (batch_) return (*batch_)(x, training);
        return groups_ == weight_.size(0) ? instance_norm(x, weight_, bias_) : at::group_norm(x, groups_, weight_, bias_, 1e-5);
    }

private:
    std::optional<batch_norm> batch_;
    std::int64_t groups_ = 0;
    at::Tensor weight_, bias_;
};

class nonlinearity {
public:
    nonlinearity(registry& r, const std::string& name, const activation::choice& kind) : kind_{kind} {
        if (std::holds_alternative<activation::prelu>(kind)) slope_ = r.parameter_filled(name + ".weight", {1}, 0.25);
    }
    /// May overwrite `x`: what it follows must not need its own output for its gradient.
    [[nodiscard]] at::Tensor operator()(at::Tensor x) const {
        if (std::holds_alternative<activation::relu>(kind_)) return x.relu_();
        if (const auto* leaky = std::get_if<activation::leaky_relu>(&kind_)) return at::leaky_relu_(x, leaky->slope);
        if (slope_.defined()) return at::prelu(x, slope_.to(x.scalar_type()));
        if (std::holds_alternative<activation::silu>(kind_)) return at::silu(x);
        return at::gelu(x);
    }

private:
    activation::choice kind_;
    at::Tensor slope_;
};

/// Torch's generator; the learner seeds it at every step.
[[nodiscard]] inline at::Tensor drop(const dropout::choice& kind, const at::Tensor& x, bool training) {
    if (const auto* elements = std::get_if<dropout::elements>(&kind)) return at::dropout(x, elements->probability, training);
    if (const auto* channels = std::get_if<dropout::channels>(&kind)) return at::feature_dropout(x, channels->probability, training);
    return x;
}

/// How a family of networks names the parts of a block, and where in it the dropout stands.
struct block_layout {
    const char* norm;
    const char* activation;
    bool dropout_before_norm;
};
inline constexpr block_layout monai_layout{".adn.N", ".adn.A", false}, nnunet_layout{".norm", ".nonlin", true};

/// 3x3 convolution, normalisation, activation.
class conv_block {
public:
    conv_block(registry& r, const std::string& name, int in, int out, const block_style& style, const block_layout& layout, int stride = 1)
        : convolution_{r, name + ".conv", in, out, 3, stride}, norm_{r, name + layout.norm, out, style.norm},
          activation_{r, name + layout.activation, style.activation}, dropout_{style.dropout}, dropout_before_norm_{layout.dropout_before_norm} {}

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const {
        const auto y = convolution_(x);
        return activation_(dropout_before_norm_ ? norm_(drop(dropout_, y, training), training) : drop(dropout_, norm_(y, training), training));
    }

private:
    convolution convolution_;
    normalisation norm_;
    nonlinearity activation_;
    dropout::choice dropout_;
    bool dropout_before_norm_;
};

using conv_blocks = std::vector<conv_block>;

[[nodiscard]] inline at::Tensor apply(const conv_blocks& blocks, at::Tensor x, bool training) {
    for (const auto& block : blocks) x = block(x, training);
    return x;
}

/// 1x1 convolution without bias, for a path beside the main one.
class projection {
public:
    projection(registry& r, const std::string& name, int in, int out)
        : weight_{r.parameter(name + ".weight", {out, in, 1, 1}, 1 / std::sqrt(static_cast<double>(in)))} {}
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const { return at::conv2d(x, weight_); }

private:
    at::Tensor weight_;
};

/// Transposed convolution 2 x 2, stride 2.
class transposed_convolution {
public:
    transposed_convolution(registry& r, const std::string& name, int in, int out) {
        const double bound = 1 / std::sqrt(static_cast<double>(out) * 4); // torch takes the fan from the second dimension
        weight_ = r.parameter(name + ".weight", {in, out, 2, 2}, bound);
        bias_ = r.parameter(name + ".bias", {out}, bound);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const { return at::conv_transpose2d(x, weight_, bias_, {2, 2}); }

private:
    at::Tensor weight_, bias_;
};

/// Doubles the sides, `in` channels to `out`.
class upsampling {
public:
    upsampling(registry& r, const std::string& name, int in, int out, const upsample::choice& kind) : bilinear_{std::holds_alternative<upsample::bilinear>(kind)} {
        if (std::holds_alternative<upsample::transposed>(kind)) transposed_.emplace(r, name + ".deconv", in, out);
        else if (in != out) before_.emplace(r, name + ".preconv", in, out, 1);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
        if (transposed_) return (*transposed_)(x);
        const auto y = before_ ? (*before_)(x) : x;
        const std::int64_t size[]{2 * y.size(2), 2 * y.size(3)};
        return bilinear_ ? at::upsample_bilinear2d(y, size, true) : at::upsample_nearest2d(y, size);
    }

private:
    std::optional<transposed_convolution> transposed_;
    std::optional<convolution> before_;
    bool bilinear_;
};

/// 1x1 convolution to the logits, in fp32 whatever the precision of the rest.
class head {
public:
    head(registry& r, const std::string& name, int in) : convolution_{r, name, in, 1, 1} {}
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
        const autocast_off fp32{x.device().type()};
        return convolution_(x.to(at::kFloat));
    }

private:
    convolution convolution_;
};

/// A network that is a registry of tensors, a body and one head or more.
class headed_network : public network {
public:
    at::Tensor forward(const at::Tensor& images) final { return heads_.front()(features(images.contiguous(at::MemoryFormat::ChannelsLast)).front()); }
    std::vector<at::Tensor> forward_heads(const at::Tensor& images) final {
        const auto maps = features(images.contiguous(at::MemoryFormat::ChannelsLast));
        std::vector<at::Tensor> logits;
        for (std::size_t i = 0; i < heads_.size(); ++i) logits.push_back(heads_[i](maps[i]));
        return logits;
    }
    named_tensors parameters() final { return registry_.parameters(); }
    named_tensors buffers() final { return registry_.buffers(); }
    void train(bool on) final {
        training_ = on;
        registry_.fold_biases();
    }
    void to(at::Device device) final { registry_.to(device); }

protected:
    /// What each head sees, the finest first; there may be more than heads.
    virtual std::vector<at::Tensor> features(const at::Tensor& images) = 0;

    registry registry_;
    std::vector<head> heads_;
    bool training_ = true;
};

} // namespace facet::layers
