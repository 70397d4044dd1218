#pragma once

#include <memory>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/layers.hpp>

namespace facet::model {

/// MONAI 1.6.1's AttentionUnet layer by layer and name by name, so that weights go both ways: channels (f, 2f, 4f, ...), strides 2, kernels
/// 3. It differs from model::attention_unet in what follows the merging convolution: instance normalisation without parameters and PReLU.
struct monai_attention_unet {
    using role = facet::role::model;

    int features = 64; ///< channels at full resolution
    int depth = 4;     ///< number of halvings

    std::shared_ptr<network> operator()(int channels) const { return networks<>::attention_unet({features, depth, true, false, false, {}}, channels); }

    template <const auto& self, const auto& e> static consteval void check() { detail::check_halving<self, e>(); }
};

static_assert(policy<monai_attention_unet>);

} // namespace facet::model

#if !defined(FACET_COMPILED)
#include <facet/engine/networks-inl.hpp>
#endif
