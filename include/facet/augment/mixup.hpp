#pragma once

#include <boost/hana/for_each.hpp>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>
#include <facet/core/experiment.hpp>

namespace facet::augment {

/// Adds a share of another slice of the batch, image and mask alike (Zhang et al., ICLR 2018). The share is uniform in [0, largest_share): Beta(1,
/// 1) with the larger share left to the slice itself, as in MixMatch (Berthelot et al., NeurIPS 2019).
///
/// The target becomes the share of fracture, between 0 and 1. Most losses are defined for 0 and 1 only; soft Dice, for one, is then not least at
/// the target (Wang et al., MICCAI 2023). A loss that takes such targets says so: `static constexpr bool takes_soft_targets = true`.
struct mixup {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::batch;

    double largest_share = 0.5;
    double probability = 0.5;

    mixture operator()(const mixture& batch, draws& draw) const {
        const auto other = draw.partner(false);
        const auto share = draw.uniform(0, largest_share);
        return {batch.channels.lerp(batch.channels.index_select(0, other), share.expand(batch.channels.sizes())),
                kernels<>::mix_masks(batch.masks, batch.masks.index_select(0, other), share)};
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.largest_share && self.largest_share <= 1, "facet: augment::mixup needs 0 <= largest_share <= 1");
        static_assert(takes_soft_targets<std::remove_cvref_t<decltype(get<facet::role::loss>(e))>>,
                      "facet: augment::mixup makes targets between 0 and 1, and this loss takes 0 and 1 only; use loss::bce{}, or augment::cutmix{} in its place");
        static_assert(!weighs_positives(get<facet::role::loss>(e)),
                      "facet: augment::mixup makes targets between 0 and 1, and a positive_weight moves the least loss away from them; leave it at 1, or use augment::cutmix{}");
    }

private:
    /// Whether the loss, or one inside it, counts fracture pixels more than once.
    static constexpr bool weighs_positives(const auto& loss) {
        if constexpr (requires { loss.positive_weight; }) return loss.positive_weight != 1;
        else if constexpr (requires { loss.loss; }) return weighs_positives(loss.loss);
        else if constexpr (requires { loss.items; }) {
            bool any = false;
            hana::for_each(loss.items, [&](const auto& one) { any = any || weighs_positives(one); });
            return any;
        } else return false;
    }
    template <class Loss> static constexpr bool takes_soft_targets = requires { requires Loss::takes_soft_targets; };
};

static_assert(mixing<mixup>);

} // namespace facet::augment
