#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Pastes the fracture of another slice of the batch at the same place of this one (Ghiasi et al., CVPR 2021): its fracture pixels and `margin`
/// pixels around them, fading out over as many more. Where the pasted part prevails, so does its mask. Crops are centred on their vertebra, so a
/// fracture lands on bone; it need not fit it. Without a fracture elsewhere in the batch nothing happens. More slices have a fracture after
/// this than the sampler said.
struct copy_paste {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::batch;

    int margin = 4; ///< pixels
    double probability = 0.3;

    mixture operator()(const mixture& batch, draws& draw) const {
        const auto other = draw.partner(true);
        const auto masks = batch.masks.index_select(0, other);
        const auto weight = kernels<>::paste_weight(masks, margin);
        return {batch.channels.lerp(batch.channels.index_select(0, other), weight.expand(batch.channels.sizes())), masks.where(weight.gt(0.5), batch.masks)};
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(1 <= self.margin && self.margin <= 32, "facet: augment::copy_paste needs a margin between 1 and 32 pixels");
    }
};

static_assert(mixing<copy_paste>);

} // namespace facet::augment
