#pragma once

#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// U-Net++ (Zhou et al., 2018, arXiv:1807.10165): skip connections of nested, dense decoders, in the layout and under the names of MONAI
/// 1.6.1's BasicUNetPlusPlus with features (f, 2f, 4f, ..., f). Its heads all have full resolution, one for each depth of decoder; the
/// deepest gives the prediction.
template <class Norm = norm::batch, class Activation = activation::relu, class Upsample = upsample::transposed, class Dropout = dropout::none>
struct unet_plus_plus {
    static_assert(sizeof(detail::layer_kinds<Norm, Activation, Upsample, Dropout>) > 0);
    using role = facet::role::model;

    int features = 32; ///< channels at full resolution
    int depth = 4;     ///< number of halvings
    Norm norm{};
    Activation activation{};
    Upsample upsample{};
    Dropout dropout{};

    [[nodiscard]] constexpr int heads() const { return depth; }

    std::shared_ptr<network> operator()(int channels) const {
        return networks<>::unet_plus_plus({features, depth, true, detail::style_of(norm, activation, upsample, dropout)}, channels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        detail::check_halving<self, e>();
        detail::check_norm<self, e>();
    }
};

static_assert(policy<unet_plus_plus<>>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
