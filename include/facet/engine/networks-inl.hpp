#pragma once
// unit: facet::networks<>
// library: engine

#include <facet/engine/networks.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <facet/engine/autocast.hpp>
#include <facet/engine/layers.hpp>
#include <facet/model/attention_unet.hpp>

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

/// Two of them; the first may halve the sides.
class double_conv {
public:
    double_conv(layers::registry& r, const std::string& name, int in, int out, int stride)
        : first_{r, name + ".conv.0", in, out, stride}, second_{r, name + ".conv.1", out, out, 1} {}
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const { return second_(first_(x, training), training); }

private:
    conv_bn_relu first_, second_;
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

    /// [gated skip, up], twice the channels.
    [[nodiscard]] at::Tensor operator()(const at::Tensor& up, const at::Tensor& skip, bool training) const {
        const auto fg = gate_(up), fx = skip_(skip);
        if (!fused::takes(fg) || !fused::takes(fx) || !fused::takes(skip) || !fused::takes(up) || (!training && at::GradMode::is_enabled())) {
            const auto joined = gate_norm_(fg, training).add(skip_norm_(fx, training)).relu_();
            return at::cat({skip.mul(psi_norm_(psi_(joined), training).sigmoid()), up}, 1);
        }
        const auto merge = training ? &fused::gate : &fused::gate_frozen;
        return merge(fg, fx, skip, up, psi_.weight(), gate_norm_.tensors(), skip_norm_.tensors(), psi_norm_.tensors());
    }

private:
    layers::convolution gate_;
    layers::batch_norm gate_norm_;
    layers::convolution skip_;
    layers::batch_norm skip_norm_;
    layers::convolution psi_;
    layers::batch_norm psi_norm_;
};

/// One level on the way up: double the sides, gate the skip, merge both.
class attention_up {
public:
    attention_up(layers::registry& r, const std::string& name, int channels, bool monai_merge)
        : up_{r, name + ".upconv.up.conv", 2 * channels, channels, layers::bias::absorbed}, up_norm_{r, name + ".upconv.up.adn.N", channels},
          gate_{r, name + ".attention", channels}, merge_{r, name + ".merge.conv", 2 * channels, channels, 3, 1, monai_merge ? layers::bias::own : layers::bias::absorbed}, channels_{channels} {
        r.absorbs(up_norm_.tensors().running_mean, up_.bias_tensor());
        if (monai_merge) slope_ = r.parameter_filled(name + ".merge.adn.A.weight", {1}, 0.25);
        else {
            merge_norm_.emplace(r, name + ".merge.adn.N", channels);
            r.absorbs(merge_norm_->tensors().running_mean, merge_.bias_tensor());
        }
    }

    [[nodiscard]] at::Tensor operator()(const at::Tensor& below, const at::Tensor& skip, bool training) const {
        const auto up = up_norm_.relu(up_(below), training);
        const auto merged = merge_(gate_(up, skip, training));
        if (merge_norm_) return merge_norm_->relu(merged, training);
        // Group normalisation with one channel a group is instance normalisation, and keeps channels_last.
        return at::prelu(at::group_norm(merged, channels_), slope_);
    }

private:
    layers::doubling_convolution up_;
    layers::batch_norm up_norm_;
    attention_gate gate_;
    layers::convolution merge_;
    std::optional<layers::batch_norm> merge_norm_;
    at::Tensor slope_;
    int channels_;
};

class attention_unet_network final : public network {
public:
    attention_unet_network(const model::attention_unet& d, int channels) {
        // Names nest as MONAI's modules do: each level holds the next as `.submodule`, the deepest without an index.
        encoder_.emplace_back(registry_, "model.0", channels, d.features, 1);
        std::string level = "model.1";
        for (int i = 0; i < d.depth; ++i) {
            const int here = d.features << i;
            decoder_.emplace_back(registry_, level, here, d.monai_merge);
            const std::string below = level + ".submodule" + (i + 1 < d.depth ? ".0" : "");
            encoder_.emplace_back(registry_, below, here, 2 * here, 2);
            level += ".submodule.1";
        }
        head_.emplace_back(registry_, "model.2.conv", d.features, 1, 1);
    }

    at::Tensor forward(const at::Tensor& images) override {
        std::vector<at::Tensor> skips;
        auto x = encoder_.front()(images.contiguous(at::MemoryFormat::ChannelsLast), training_);
        for (std::size_t i = 1; i < encoder_.size(); ++i) {
            skips.push_back(x);
            x = encoder_[i](x, training_);
        }
        for (std::size_t i = decoder_.size(); i-- > 0;) x = decoder_[i](x, skips[i], training_);
        const autocast_off fp32{images.device().type()};
        return head_.front()(x.to(at::kFloat));
    }
    named_tensors parameters() override { return registry_.parameters(); }
    named_tensors buffers() override { return registry_.buffers(); }
    void train(bool on) override {
        training_ = on;
        registry_.fold_biases();
    }
    void to(at::Device device) override { registry_.to(device); }

private:
    layers::registry registry_;
    std::vector<double_conv> encoder_;
    std::vector<attention_up> decoder_;
    std::vector<layers::convolution> head_;
    bool training_ = true;
};

} // namespace detail

template <class T> std::shared_ptr<network> networks<T>::attention_unet(const model::attention_unet& description, int channels) {
    return std::make_shared<detail::attention_unet_network>(description, channels);
}

} // namespace facet
