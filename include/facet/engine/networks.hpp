#pragma once

#include <array>
#include <memory>

#include <facet/activation.hpp>
#include <facet/dropout.hpp>
#include <facet/engine/network.hpp>
#include <facet/norm.hpp>
#include <facet/upsample.hpp>

namespace facet {

// What the descriptions in model/ say, in the form the compiled bodies take: one type each, whatever the policies.

/// The layers of every block of a network.
struct block_style {
    facet::norm::choice norm{};
    facet::activation::choice activation{};
    facet::upsample::choice upsample{};
    facet::dropout::choice dropout{};
};

struct attention_unet_shape {
    int features, depth;
    bool monai_merge;      ///< instance normalisation without parameters and PReLU after merging: MONAI's network exactly
    bool coarse_gate;      ///< gates as Oktay et al. built them
    bool deep_supervision;
    block_style style;
};

struct unet_shape {
    int features, depth;
    bool deep_supervision;
    block_style style;
};

/// An encoder of `depth` + 1 stages and a decoder, in nnU-Net's layout.
struct encoder_decoder_shape {
    int features, max_features, depth;
    std::array<int, 8> encoder; ///< convolutions or residual blocks of each stage
    int decoder;                ///< convolutions of each stage on the way up
    block_style style;

    /// Channels of a stage; 0 is full resolution.
    [[nodiscard]] constexpr int channels(int stage) const { return (features << stage) < max_features ? features << stage : max_features; }
};

/// Bodies of the shipped models, compiled once behind their descriptions; `channels` are those of the images.
template <class = void> struct networks {
    static std::shared_ptr<network> attention_unet(const attention_unet_shape& shape, int channels);
    static std::shared_ptr<network> unet(const unet_shape& shape, int channels);
    static std::shared_ptr<network> unet_plus_plus(const unet_shape& shape, int channels);
    static std::shared_ptr<network> plain_conv_unet(const encoder_decoder_shape& shape, int channels);
    static std::shared_ptr<network> residual_unet(const encoder_decoder_shape& shape, int channels);
};

} // namespace facet
