#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Mean of the Tversky loss of the background and the focal Tversky loss of the fractures (Yeung et al., 2022, arXiv:2102.04525).
///
/// The paper writes the exponent as 1 - gamma with gamma = 0.75. Its base is kept above 1e-7, as in focal_tversky.
template <class Per = per::batch> struct asymmetric_focal_tversky {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double fp_weight = 0.3;
    double fn_weight = 0.7;
    double exponent = 0.25;  ///< of the fractures' part
    double smooth = 1e-5;    ///< keeps an absent class finite
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto [n, tn] = count_all_logits(logits, target, over);
        // Seen from the background, a false alarm is a miss and a miss a false alarm.
        const soft_counts other{tn, n.fn, n.fp};
        const auto fracture = tversky_error(n, fp_weight, fn_weight, smooth).clamp_min(1e-7).pow(exponent);
        return fracture.add(tversky_error(other, fp_weight, fn_weight, smooth)).div(2).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent > 0, "facet: loss::asymmetric_focal_tversky needs exponent > 0; 0.25 is usual");
        static_assert(self.fp_weight > 0 && self.fn_weight > 0, "facet: loss::asymmetric_focal_tversky needs fp_weight > 0 and fn_weight > 0");
        static_assert(self.smooth > 0, "facet: loss::asymmetric_focal_tversky needs smooth > 0; 1e-5 is usual");
    }
};

static_assert(policy<asymmetric_focal_tversky<>>);

} // namespace facet::loss
