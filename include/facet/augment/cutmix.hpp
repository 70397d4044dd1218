#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// A rectangle of another slice of the batch replaces the same place of this one, image and mask alike (Yun et al., ICCV 2019). Its area is
/// uniform in [0, largest_area) of the slice before what reaches over the border is cut. Masks stay 0, 1 or ignored.
struct cutmix {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::batch;

    double largest_area = 0.5; ///< of the slice
    double probability = 0.5;

    mixture operator()(const mixture& batch, draws& draw) const {
        const auto other = draw.partner(false);
        const auto x = draw.uniform(0, 1), y = draw.uniform(0, 1), side = draw.uniform(0, largest_area).sqrt();
        const box one[]{{x, y, side, side}};
        const auto there = kernels<>::inside(one, batch.masks.size(-1));
        return {batch.channels.index_select(0, other).where(there, batch.channels), batch.masks.index_select(0, other).where(there, batch.masks)};
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.largest_area && self.largest_area <= 1, "facet: augment::cutmix needs 0 <= largest_area <= 1, a share of the slice");
    }
};

static_assert(mixing<cutmix>);

} // namespace facet::augment
