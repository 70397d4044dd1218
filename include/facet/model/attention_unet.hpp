#pragma once

#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// Attention U-Net (Oktay et al., 2018, arXiv:1804.03999) in the shape MONAI 1.6.1 gives it, with one difference that keeps the memory
/// layout and is faster: the convolution that merges the gated skip connection with the upsampled features is followed by normalisation
/// and activation as everywhere else. MONAI's network exactly is model::monai_attention_unet.
/// Level i has features * 2^i channels; `depth` halvings lead to the bottom. The gates keep batch normalisation, ReLU and sigmoid whatever
/// the layers of the blocks; with those as they are, blocks and gates run as single functions.
template <class Norm = norm::batch, class Activation = activation::relu, class Upsample = upsample::transposed, class Dropout = dropout::none>
struct attention_unet {
    static_assert(sizeof(detail::layer_kinds<Norm, Activation, Upsample, Dropout>) > 0);
    using role = facet::role::model;

    int features = 64;             ///< channels at full resolution
    int depth = 4;                 ///< number of halvings
    bool coarse_gate = false;      ///< the paper's own gate: attention from the coarser level, at its resolution, and none at full resolution
    bool deep_supervision = false; ///< a head at every level of the way up but the bottom, for loss::deep_supervision
    Norm norm{};
    Activation activation{};
    Upsample upsample{};           ///< `transposed` is a 3x3 convolution here, as in MONAI
    Dropout dropout{};

    [[nodiscard]] constexpr int heads() const { return deep_supervision ? depth : 1; }

    std::shared_ptr<network> operator()(int channels) const {
        return networks<>::attention_unet({features, depth, false, coarse_gate, deep_supervision, detail::style_of(norm, activation, upsample, dropout)}, channels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.features > 1, "facet: model::attention_unet needs at least 2 features, for example 64");
        static_assert(0 < self.depth && self.depth < 16 && get<facet::role::size>(e).pixels % (1 << (self.depth & 15)) == 0,
                      "facet: model::attention_unet halves the slice `depth` times, so the side in input::size must be divisible by 2^depth; "
                      "for 256 pixels use a depth of 1 to 8");
        detail::check_norm<self, e>();
    }
};

static_assert(policy<attention_unet<>>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
