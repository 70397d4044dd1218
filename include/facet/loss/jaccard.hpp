#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Soft Jaccard loss (intersection over union), 1 - (TP + s) / (TP + FP + FN + s): tversky with both weights 1.
template <class Per = per::batch> struct jaccard {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double smooth = 1e-5;    ///< keeps an empty batch finite
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        return tversky_error(count_logits(logits, target, over), 1, 1, smooth).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.smooth > 0, "facet: loss::jaccard needs smooth > 0, or an empty batch divides by zero; 1e-5 is usual");
    }
};

static_assert(policy<jaccard<>>);

} // namespace facet::loss
