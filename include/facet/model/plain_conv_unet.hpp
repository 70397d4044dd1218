#pragma once

#include <array>
#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// The 2-D network of nnU-Net (Isensee et al., 2021, doi:10.1038/s41592-020-01008-z), in the layout and under the names of PlainConvUNet in
/// dynamic-network-architectures 0.4.4: instance normalisation, leaky ReLU, halving by strided convolutions, doubling by transposed ones,
/// a head at every level. The defaults are nnU-Net's for slices of 256 pixels.
template <class Norm = norm::instance, class Activation = activation::leaky_relu, class Dropout = dropout::none> struct plain_conv_unet {
    static_assert(sizeof(detail::layer_kinds<Norm, Activation, upsample::transposed, Dropout>) > 0);
    using role = facet::role::model;

    int features = 32;      ///< channels at full resolution, doubled at each halving
    int max_features = 512; ///< but never more than these
    int depth = 6;          ///< number of halvings; the peer's stages are depth + 1
    int convolutions = 2;   ///< 3x3, at each level on the way down and on the way up
    Norm norm{};
    Activation activation{};
    Dropout dropout{};

    [[nodiscard]] constexpr int heads() const { return depth; } ///< one at every level of the way up, for loss::deep_supervision

    std::shared_ptr<network> operator()(int channels) const {
        return networks<>::plain_conv_unet({features, max_features, depth, detail::each_stage(convolutions), convolutions, detail::style_of(norm, activation, upsample::transposed{}, dropout)}, channels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        detail::check_halving<self, e>();
        detail::check_norm<self, e>();
        detail::check_stages<self>();
    }
};

static_assert(policy<plain_conv_unet<>>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
