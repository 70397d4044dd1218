#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/blocks.hpp>
#include <facet/engine/networks.hpp>

namespace facet {

namespace detail {

/// Starts every convolution as nnU-Net does: weights of normal distribution for a leaky ReLU of slope 0.01 (He et al., 2015), biases 0.
inline void start_as_nnunet(layers::registry& r) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, t] : r.parameters())
        if (t.dim() == 4) t.detach().normal_(0, std::sqrt(2 / (1 + 1e-4) / static_cast<double>(t[0].numel())));
        else if (name.ends_with(".bias")) t.detach().zero_();
}

inline layers::conv_blocks stacked_convolutions(layers::registry& r, const std::string& name, int count, int in, int out, int stride, const block_style& style) {
    layers::conv_blocks blocks;
    for (int i = 0; i < count; ++i)
        blocks.emplace_back(r, name + ".convs." + std::to_string(i), i == 0 ? in : out, out, style, layers::nnunet_layout, i == 0 ? stride : 1);
    return blocks;
}

/// The way up: double the sides, append the skip connection, convolutions, a head.
class unet_decoder {
public:
    unet_decoder(layers::registry& r, const encoder_decoder_shape& s, std::vector<layers::head>& heads) {
        for (int i = 0; i < s.depth; ++i) {
            const auto number = std::to_string(s.depth - 1 - i); // counted from below
            up_.emplace_back(r, "decoder.transpconvs." + number, s.channels(i + 1), s.channels(i));
            merge_.push_back(stacked_convolutions(r, "decoder.stages." + number, s.decoder, 2 * s.channels(i), s.channels(i), 1, s.style));
            heads.emplace_back(r, "decoder.seg_layers." + number, s.channels(i));
        }
    }
    /// From the encoder's maps to the decoder's; both the finest first.
    [[nodiscard]] std::vector<at::Tensor> operator()(std::vector<at::Tensor> maps, bool training) const {
        for (std::size_t i = up_.size(); i-- > 0;) maps[i] = layers::apply(merge_[i], at::cat({up_[i](maps[i + 1]), maps[i]}, 1), training);
        return maps;
    }

private:
    std::vector<layers::transposed_convolution> up_;
    std::vector<layers::conv_blocks> merge_;
};

class plain_conv_unet_network final : public layers::headed_network {
public:
    plain_conv_unet_network(const encoder_decoder_shape& s, int channels) {
        for (int i = 0; i <= s.depth; ++i)
            encoder_.push_back(stacked_convolutions(registry_, "encoder.stages." + std::to_string(i) + ".0", s.encoder[static_cast<std::size_t>(i)],
                                                    i == 0 ? channels : s.channels(i - 1), s.channels(i), i == 0 ? 1 : 2, s.style));
        decoder_.emplace(registry_, s, heads_);
        start_as_nnunet(registry_);
    }

private:
    std::vector<at::Tensor> features(const at::Tensor& images) override {
        std::vector<at::Tensor> maps;
        for (const auto& stage : encoder_) maps.push_back(layers::apply(stage, maps.empty() ? images : maps.back(), training_));
        return (*decoder_)(std::move(maps), training_);
    }

    std::vector<layers::conv_blocks> encoder_;
    std::optional<unet_decoder> decoder_;
};

/// Two convolutions beside a path that leaves the image as it is, but for its size (ResNet-D: He et al., 2019, arXiv:1812.01187).
class residual_block {
public:
    residual_block(layers::registry& r, const std::string& name, int in, int out, int stride, const block_style& style)
        : first_{r, name + ".conv1", in, out, style, layers::nnunet_layout, stride}, second_{r, name + ".conv2.conv", out, out},
          norm_{r, name + ".conv2.norm", out, style.norm}, activation_{r, name + ".nonlin2", style.activation}, halves_{stride == 2} {
        if (in == out) return;
        const auto skip = name + (halves_ ? ".skip.1" : ".skip.0");
        skip_.emplace(r, skip + ".conv", in, out);
        skip_norm_.emplace(r, skip + ".norm", out, style.norm);
    }

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const {
        auto beside = halves_ ? at::avg_pool2d(x, 2) : x;
        if (skip_) beside = (*skip_norm_)((*skip_)(beside), training);
        return activation_(norm_(second_(first_(x, training)), training).add(beside));
    }

private:
    layers::conv_block first_;
    layers::convolution second_;
    layers::normalisation norm_;
    layers::nonlinearity activation_;
    std::optional<layers::projection> skip_;
    std::optional<layers::normalisation> skip_norm_;
    bool halves_;
};

class residual_unet_network final : public layers::headed_network {
public:
    residual_unet_network(const encoder_decoder_shape& s, int channels) : stem_{registry_, "encoder.stem.convs.0", channels, s.channels(0), s.style, layers::nnunet_layout} {
        for (int i = 0; i <= s.depth; ++i) {
            std::vector<residual_block> stage;
            for (int j = 0; j < s.encoder[static_cast<std::size_t>(i)]; ++j)
                stage.emplace_back(registry_, "encoder.stages." + std::to_string(i) + ".blocks." + std::to_string(j), j > 0 || i == 0 ? s.channels(i) : s.channels(i - 1),
                                   s.channels(i), j == 0 && i > 0 ? 2 : 1, s.style);
            encoder_.push_back(std::move(stage));
        }
        decoder_.emplace(registry_, s, heads_);
        start_as_nnunet(registry_);
        const at::NoGradGuard no_grad;
        for (const auto& [name, t] : registry_.parameters())
            if (name.ends_with(".conv2.norm.weight")) t.detach().zero_();
    }

private:
    std::vector<at::Tensor> features(const at::Tensor& images) override {
        std::vector<at::Tensor> maps;
        auto x = stem_(images, training_);
        for (const auto& stage : encoder_) {
            for (const auto& block : stage) x = block(x, training_);
            maps.push_back(x);
        }
        return (*decoder_)(std::move(maps), training_);
    }

    layers::conv_block stem_;
    std::vector<std::vector<residual_block>> encoder_;
    std::optional<unet_decoder> decoder_;
};

} // namespace detail

template <class T> std::shared_ptr<network> networks<T>::plain_conv_unet(const encoder_decoder_shape& shape, int channels) {
    return std::make_shared<detail::plain_conv_unet_network>(shape, channels);
}

template <class T> std::shared_ptr<network> networks<T>::residual_unet(const encoder_decoder_shape& shape, int channels) {
    return std::make_shared<detail::residual_unet_network>(shape, channels);
}

} // namespace facet
