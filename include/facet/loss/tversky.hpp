#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Tversky loss, 1 - (TP + s) / (TP + fp_weight FP + fn_weight FN + s), counts over the whole batch (Salehi et al., 2017, arXiv:1706.05721).
///
/// fn_weight > fp_weight buys sensitivity, which small fractures need; 0.5 and 0.5 is soft Dice.
template <class Per = per::batch> struct tversky {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double fp_weight = 0.3;
    double fn_weight = 0.7;
    double smooth = 1e-5;    ///< keeps an empty batch finite
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        return tversky_error(count_logits(logits, target, over), fp_weight, fn_weight, smooth).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.fp_weight > 0 && self.fn_weight > 0, "facet: loss::tversky needs fp_weight > 0 and fn_weight > 0; 0.5 and 0.5 is Dice");
        static_assert(self.smooth > 0, "facet: loss::tversky needs smooth > 0, or an empty batch divides by zero; 1e-5 is usual");
    }
};

static_assert(policy<tversky<>>);

} // namespace facet::loss
