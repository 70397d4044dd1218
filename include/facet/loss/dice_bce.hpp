#pragma once

#include <facet/loss/bce.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/dice.hpp>
#include <facet/loss/pixel_sums.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Weighted sum of soft Dice and binary cross-entropy: Dice looks at overlap, cross-entropy gives every pixel a gradient.
template <class Per = per::batch> struct dice_bce {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double dice_weight = 1;
    double bce_weight = 1;
    double smooth = 1e-5;    ///< as in loss::dice
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto z = at_least_float(logits);
        if (counts_at_once(z, target, over)) { // both in one pass
            const auto slices = pixel_sums<>::counts_and_bce(z, target, 1);
            return dice_error(summed_counts(slices, over), smooth).mean().mul(dice_weight).add(slices[4].sum().div(z.numel()), bce_weight);
        }
        return dice<Per>{.smooth = smooth, .over = over}(z, target).mul(dice_weight).add(bce{}(z, target), bce_weight);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.dice_weight >= 0 && self.bce_weight >= 0 && self.dice_weight + self.bce_weight > 0,
                      "facet: loss::dice_bce needs weights >= 0, not both 0");
        static_assert(self.smooth > 0, "facet: loss::dice_bce needs smooth > 0, or an empty batch divides by zero; 1e-5 is usual");
    }
};

static_assert(policy<dice_bce<>>);

} // namespace facet::loss
