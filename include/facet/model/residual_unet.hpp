#pragma once

#include <array>
#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// The residual-encoder U-Net of nnU-Net (Isensee et al., 2024, arXiv:2404.09556), in the layout and under the names of ResidualEncoderUNet in
/// dynamic-network-architectures 0.4.4: residual blocks as in ResNet-D on the way down (average pooling and 1x1 convolution where a block
/// halves), one convolution a level on the way up, a head at every level. Each block begins as the identity: its last normalisation starts at 0.
template <class Norm = norm::instance, class Activation = activation::leaky_relu, class Dropout = dropout::none> struct residual_unet {
    static_assert(sizeof(detail::layer_kinds<Norm, Activation, upsample::transposed, Dropout>) > 0);
    using role = facet::role::model;

    int features = 32;      ///< channels at full resolution, doubled at each halving
    int max_features = 512; ///< but never more than these
    int depth = 6;          ///< number of halvings; the peer's stages are depth + 1
    std::array<int, 8> blocks{1, 3, 4, 6, 6, 6, 6, 6}; ///< residual blocks at each level, full resolution first
    Norm norm{};
    Activation activation{};
    Dropout dropout{};

    [[nodiscard]] constexpr int heads() const { return depth; } ///< one at every level of the way up, for loss::deep_supervision

    std::shared_ptr<network> operator()(int channels) const {
        return networks<>::residual_unet({features, max_features, depth, blocks, 1, detail::style_of(norm, activation, upsample::transposed{}, dropout)}, channels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        detail::check_halving<self, e>();
        detail::check_norm<self, e>();
        detail::check_stages<self>();
    }
};

static_assert(policy<residual_unet<>>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
