#pragma once

#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// U-Net (Ronneberger et al., 2015, arXiv:1505.04597) with padding and normalisation, in the layout and under the names of MONAI 1.6.1's
/// BasicUNet with features (f, 2f, 4f, ..., f), so that weights go both ways. Each level: two 3x3 convolutions; halving by maximum.
/// Level i has features * 2^i channels.
template <class Norm = norm::batch, class Activation = activation::relu, class Upsample = upsample::transposed, class Dropout = dropout::none>
struct unet {
    static_assert(sizeof(detail::layer_kinds<Norm, Activation, Upsample, Dropout>) > 0);
    using role = facet::role::model;

    int features = 64; ///< channels at full resolution
    int depth = 4;     ///< number of halvings
    bool deep_supervision = false; ///< a head at every level of the way up but the bottom, for loss::deep_supervision
    Norm norm{};
    Activation activation{};
    Upsample upsample{};
    Dropout dropout{};

    [[nodiscard]] constexpr int heads() const { return deep_supervision ? depth : 1; }

    std::shared_ptr<network> operator()(int channels) const {
        return networks<>::unet({features, depth, deep_supervision, detail::style_of(norm, activation, upsample, dropout)}, channels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        detail::check_halving<self, e>();
        detail::check_norm<self, e>();
    }
};

static_assert(policy<unet<>>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
