#pragma once
// unit: facet::networks<>
// library: engine

#include <facet/engine/networks.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <facet/engine/autocast.hpp>
#include <facet/engine/blocks.hpp>
#include <facet/engine/layers.hpp>
#include <facet/engine/networks/encoder_decoder-inl.hpp>
#include <facet/engine/networks/unet-inl.hpp>

namespace facet {

namespace detail {

/// Convolution, batch normalisation, ReLU.
class conv_bn_relu {
public:
    conv_bn_relu(layers::registry& r, const std::string& name, int in, int out, int stride)
        : convolution_{r, name + ".conv", in, out, 3, stride, layers::bias::absorbed}, norm_{r, name + ".adn.N", out} {
        r.absorbs(norm_.tensors().running_mean, convolution_.bias_tensor());
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const { return norm_.relu(convolution_(x), training); }

private:
    layers::convolution convolution_;
    layers::batch_norm norm_;
};

/// Batch normalisation, ReLU and nothing else: what runs as one function.
inline bool is_plain(const block_style& s) {
    return std::holds_alternative<norm::batch>(s.norm) && std::holds_alternative<activation::relu>(s.activation) && std::holds_alternative<dropout::none>(s.dropout);
}

/// Convolution, normalisation, activation of any kind.
class conv_unit {
public:
    conv_unit(layers::registry& r, const std::string& name, int in, int out, int stride, const block_style& style) {
        if (is_plain(style)) plain_.emplace(r, name, in, out, stride);
        else other_.emplace(r, name, in, out, style, layers::monai_layout, stride);
    }
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const { return plain_ ? (*plain_)(x, training) : (*other_)(x, training); }

private:
    std::optional<conv_bn_relu> plain_;
    std::optional<layers::conv_block> other_;
};

/// Two of them; the first may halve the sides.
class double_conv {
public:
    double_conv(layers::registry& r, const std::string& name, int in, int out, int stride, const block_style& style)
        : first_{r, name + ".conv.0", in, out, stride, style}, second_{r, name + ".conv.1", out, out, 1, style} {}
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const { return second_(first_(x, training), training); }

private:
    conv_unit first_, second_;
};

/// Doubles the sides and halves the channels; then normalisation and activation.
class attention_upsampling {
public:
    attention_upsampling(layers::registry& r, const std::string& name, int channels, const block_style& style) : dropout_{style.dropout} {
        const bool learned = std::holds_alternative<upsample::transposed>(style.upsample), plain = learned && is_plain(style);
        if (learned) doubling_.emplace(r, name + ".conv", 2 * channels, channels, plain ? layers::bias::absorbed : layers::bias::own);
        else interpolation_.emplace(r, name, 2 * channels, channels, style.upsample);
        if (!plain) {
            norm_.emplace(r, name + ".adn.N", channels, style.norm);
            activation_.emplace(r, name + ".adn.A", style.activation);
            return;
        }
        batch_norm_.emplace(r, name + ".adn.N", channels);
        r.absorbs(batch_norm_->tensors().running_mean, doubling_->bias_tensor());
    }
    [[nodiscard]] at::Tensor doubled(const at::Tensor& below) const { return doubling_ ? (*doubling_)(below) : (*interpolation_)(below); }
    [[nodiscard]] at::Tensor finished(const at::Tensor& doubled, bool training) const {
        if (batch_norm_) return batch_norm_->relu(doubled, training);
        return (*activation_)(layers::drop(dropout_, (*norm_)(doubled, training), training));
    }
    /// Where a batch normalisation and a ReLU are all that finishes.
    [[nodiscard]] std::optional<norm_tensors> plain_norm() const { return batch_norm_ ? std::make_optional(batch_norm_->tensors()) : std::nullopt; }

private:
    dropout::choice dropout_;
    std::optional<layers::doubling_convolution> doubling_;
    std::optional<layers::upsampling> interpolation_;
    std::optional<layers::batch_norm> batch_norm_;
    std::optional<layers::normalisation> norm_;
    std::optional<layers::nonlinearity> activation_;
};

/// Additive attention on a skip connection, at the skip's own resolution, and its concatenation with what it is gated by.
class attention_gate {
public:
    attention_gate(layers::registry& r, const std::string& name, int channels)
        : gate_{r, name + ".W_g.0.conv", channels, channels / 2, 1, 1, layers::bias::absorbed}, gate_norm_{r, name + ".W_g.1", channels / 2},
          skip_{r, name + ".W_x.0.conv", channels, channels / 2, 1, 1, layers::bias::absorbed}, skip_norm_{r, name + ".W_x.1", channels / 2},
          psi_{r, name + ".psi.0.conv", channels / 2, 1, 1, 1, layers::bias::absorbed}, psi_norm_{r, name + ".psi.1", 1} {
        r.absorbs(gate_norm_.tensors().running_mean, gate_.bias_tensor());
        r.absorbs(skip_norm_.tensors().running_mean, skip_.bias_tensor());
        r.absorbs(psi_norm_.tensors().running_mean, psi_.bias_tensor());
    }

    /// [gated skip, up], twice the channels. `doubled`: what `rising` has still to finish.
    [[nodiscard]] at::Tensor operator()(const attention_upsampling& rising, const at::Tensor& doubled, const at::Tensor& skip, bool training) const {
        const auto before = rising.plain_norm();
        const auto up = before ? doubled : rising.finished(doubled, training);
        if (fused::takes_gate(up, skip, psi_.weight().size(1)) && (training || !at::GradMode::is_enabled())) {
            const auto of_image_type = [&](const layers::convolution& c) { return c.weight().to(skip.scalar_type()); };
            const gate_tensors k{of_image_type(gate_), of_image_type(skip_), psi_.weight(), gate_norm_.tensors(), skip_norm_.tensors(), psi_norm_.tensors(), before};
            return training ? fused::gate(up, skip, k) : fused::gate_frozen(up, skip, k);
        }
        const auto finished = before ? rising.finished(doubled, training) : up;
        const auto joined = gate_norm_(gate_(finished), training).add(skip_norm_(skip_(skip), training)).relu_();
        return at::cat({skip.mul(psi_norm_(psi_(joined), training).sigmoid()), finished}, 1);
    }

private:
    layers::convolution gate_;
    layers::batch_norm gate_norm_;
    layers::convolution skip_;
    layers::batch_norm skip_norm_;
    layers::convolution psi_;
    layers::batch_norm psi_norm_;
};

/// The gate as Oktay et al. describe it (2018, section 2.2): the attention is found at the resolution of the coarser level and interpolated.
class coarse_gate {
public:
    coarse_gate(layers::registry& r, const std::string& name, int channels)
        : theta_{r.parameter(name + ".theta.weight", {channels, channels, 2, 2}, 1 / std::sqrt(channels * 4.0))}, phi_{r, name + ".phi", 2 * channels, channels, 1},
          psi_{r, name + ".psi", channels, 1, 1}, out_{r, name + ".W.0", channels, channels, 1}, out_norm_{r, name + ".W.1", channels} {}

    [[nodiscard]] at::Tensor operator()(const at::Tensor& below, const at::Tensor& skip, bool training) const {
        const auto joined = at::conv2d(skip, theta_, {}, {2, 2}).add(phi_(below)).relu_();
        const auto attention = at::upsample_bilinear2d(psi_(joined).sigmoid(), skip.sizes().slice(2), false);
        return out_norm_(out_(skip.mul(attention)), training);
    }

private:
    at::Tensor theta_;
    layers::convolution phi_, psi_, out_;
    layers::batch_norm out_norm_;
};

enum class gating { fine, coarse, none };

/// One level on the way up: double the sides, gate the skip, merge both.
class attention_up {
public:
    attention_up(layers::registry& r, const std::string& name, int channels, const attention_unet_shape& shape, gating kind)
        : up_{r, name + ".upconv.up", channels, shape.style},
          gate_{kind == gating::fine ? std::make_optional<attention_gate>(r, name + ".attention", channels) : std::nullopt},
          coarse_gate_{kind == gating::coarse ? std::make_optional<coarse_gate>(r, name + ".attention", channels) : std::nullopt} {
        if (!shape.monai_merge) {
            merge_.emplace(r, name + ".merge", 2 * channels, channels, 1, shape.style);
            return;
        }
        monai_merge_.emplace(r, name + ".merge.conv", 2 * channels, channels, 3, 1, layers::bias::own);
        slope_ = r.parameter_filled(name + ".merge.adn.A.weight", {1}, 0.25);
    }

    [[nodiscard]] at::Tensor operator()(const at::Tensor& below, const at::Tensor& skip, bool training) const {
        const auto doubled = up_.doubled(below);
        const auto both = gate_ ? (*gate_)(up_, doubled, skip, training) : at::cat({coarse_gate_ ? (*coarse_gate_)(below, skip, training) : skip, up_.finished(doubled, training)}, 1);
        return merge_ ? (*merge_)(both, training) : at::prelu(layers::instance_norm((*monai_merge_)(both)), slope_);
    }

private:
    attention_upsampling up_;
    std::optional<attention_gate> gate_;
    std::optional<coarse_gate> coarse_gate_;
    std::optional<conv_unit> merge_;
    std::optional<layers::convolution> monai_merge_;
    at::Tensor slope_;
};

class attention_unet_network final : public layers::headed_network {
public:
    attention_unet_network(const attention_unet_shape& s, int channels) {
        // Names nest as MONAI's modules do: each level holds the next as `.submodule`, the deepest without an index.
        encoder_.emplace_back(registry_, "model.0", channels, s.features, 1, s.style);
        std::string level = "model.1";
        for (int i = 0; i < s.depth; ++i) {
            const int here = s.features << i;
            decoder_.emplace_back(registry_, level, here, s, !s.coarse_gate ? gating::fine : i > 0 ? gating::coarse : gating::none);
            const std::string below = level + ".submodule" + (i + 1 < s.depth ? ".0" : "");
            encoder_.emplace_back(registry_, below, here, 2 * here, 2, s.style);
            level += ".submodule.1";
        }
        heads_.emplace_back(registry_, "model.2.conv", s.features);
        for (int i = 1; s.deep_supervision && i < s.depth; ++i) heads_.emplace_back(registry_, "heads." + std::to_string(i), s.features << i);
    }

private:
    std::vector<at::Tensor> features(const at::Tensor& images) override {
        std::vector<at::Tensor> maps{encoder_.front()(images, training_)};
        for (std::size_t i = 1; i < encoder_.size(); ++i) maps.push_back(encoder_[i](maps.back(), training_));
        for (std::size_t i = decoder_.size(); i-- > 0;) maps[i] = decoder_[i](maps[i + 1], maps[i], training_);
        return maps;
    }

    std::vector<double_conv> encoder_;
    std::vector<attention_up> decoder_;
};

} // namespace detail

template <class T> std::shared_ptr<network> networks<T>::attention_unet(const attention_unet_shape& shape, int channels) {
    return std::make_shared<detail::attention_unet_network>(shape, channels);
}

} // namespace facet
