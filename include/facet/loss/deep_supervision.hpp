#pragma once

#include <concepts>
#include <type_traits>

#include <facet/core/experiment.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/dice_bce.hpp>
#include <facet/model/concept.hpp>

namespace facet::loss {

namespace detail {
template <class P> struct supervising {
    static_assert(policy<P>, "facet: loss::deep_supervision takes a loss, for example loss::deep_supervision{loss::dice_bce{}}");
};
} // namespace detail

/// The same loss at every head of a model (Lee et al., 2015, arXiv:1409.5185), as nnU-Net weighs them: full resolution 1, the next 1/2, then
/// 1/4, ..., divided by their sum. A head of lower resolution is compared with the mask thinned to its size (nearest pixel, ignored pixels
/// stay ignored). Only training sees the heads: validation, scores and predictions are those of full resolution.
template <class Loss = dice_bce<>> struct deep_supervision {
    static_assert(sizeof(detail::supervising<Loss>) > 0);
    using role = facet::role::loss;

    Loss loss{};
    double decay = 0.5;           ///< weight of a head over that of the head before it; 1: all alike, as in U-Net++
    bool lowest_head_off = false; ///< the last head weighs nothing, as in nnU-Net

    static constexpr bool takes_soft_targets = facet::loss::takes_soft_targets<Loss>; ///< as the loss

    /// Of one head; with whatever else the loss takes.
    template <class... More> at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target, const More&... more) const
        requires std::invocable<const Loss&, const at::Tensor&, const at::Tensor&, const More&...> && policy<Loss>
    {
        return loss(logits, target, more...);
    }
    at::Tensor operator()(const at::Tensor&, const at::Tensor&) const requires(!policy<Loss>) { return {}; } // its sentence has been said

    /// Weight of head `i` of `heads`; 0 is full resolution. They add up to 1.
    [[nodiscard]] constexpr double head_weight(int i, int heads) const {
        const int used = lowest_head_off && heads > 1 ? heads - 1 : heads;
        if (i >= used) return 0;
        double own = 1, all = 0;
        for (int j = 0; j < i; ++j) own *= decay;
        for (int j = used; j-- > 0;) all = 1 + decay * all;
        return own / all;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.decay && self.decay <= 1, "facet: loss::deep_supervision needs 0 < decay <= 1; each head of nnU-Net weighs 0.5 of the one before");
        constexpr bool outermost = std::same_as<std::remove_cvref_t<decltype(self)>, std::remove_cvref_t<decltype(get<facet::role::loss>(e))>>;
        static_assert(outermost, "facet: loss::deep_supervision stands around the whole loss; write loss::deep_supervision{loss::sum{...}}");
        static_assert(!outermost || model::heads_of(get<facet::role::model>(e)) > 1,
                      "facet: loss::deep_supervision needs a model with several heads; write .deep_supervision = true in model::attention_unet or model::unet, take "
                      "model::plain_conv_unet, residual_unet or unet_plus_plus with a depth above 1, or leave the loss without loss::deep_supervision");
    }
};

static_assert(policy<deep_supervision<>>);

} // namespace facet::loss
