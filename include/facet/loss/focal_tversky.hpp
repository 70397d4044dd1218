#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Focal Tversky loss: the Tversky loss raised to `exponent` (Abraham and Khan, 2019, arXiv:1810.07842).
///
/// The paper writes the exponent as 1/gamma with gamma = 4/3, which is 0.75 here; 1 is plain Tversky. Below 1 the slope grows without bound
/// towards a perfect prediction, so the base is kept above 1e-7, where the gradient is 0 instead of NaN.
template <class Per = per::batch> struct focal_tversky {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double fp_weight = 0.3;
    double fn_weight = 0.7;
    double exponent = 0.75;
    double smooth = 1e-5;    ///< keeps an empty batch finite
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto error = tversky_error(count_logits(logits, target, over), fp_weight, fn_weight, smooth);
        return error.clamp_min(1e-7).pow(exponent).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent > 0, "facet: loss::focal_tversky needs exponent > 0; 0.75 is usual, 1 is plain Tversky");
        static_assert(self.fp_weight > 0 && self.fn_weight > 0, "facet: loss::focal_tversky needs fp_weight > 0 and fn_weight > 0");
        static_assert(self.smooth > 0, "facet: loss::focal_tversky needs smooth > 0, or an empty batch divides by zero; 1e-5 is usual");
    }
};

static_assert(policy<focal_tversky<>>);

} // namespace facet::loss
