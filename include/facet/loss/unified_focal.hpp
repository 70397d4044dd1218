#pragma once

#include <facet/loss/asymmetric_focal.hpp>
#include <facet/loss/asymmetric_focal_tversky.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/focal.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Unified focal loss: a focal cross-entropy and a focal Tversky loss that share their parameters (Yeung et al., 2022, arXiv:2102.04525).
///
/// Asymmetric: only background is played down in the first part, only fractures are focused on in the second. Symmetric: both classes in
/// both. The paper's gamma is `exponent` in the first part and 1 - exponent in the second; its delta is `fn_weight`.
template <class Per = per::batch> struct unified_focal {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double focal_weight = 0.5;
    double tversky_weight = 0.5;
    double fn_weight = 0.6; ///< of misses; false alarms weigh 1 - fn_weight
    double exponent = 0.5;
    bool symmetric = false;
    double smooth = 1e-5;    ///< keeps an absent class finite
    Per over{};              ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const double fp_weight = 1 - fn_weight;
        if (!symmetric) {
            const asymmetric_focal pixels{.exponent = exponent, .positive_weight = fn_weight};
            const asymmetric_focal_tversky region{fp_weight, fn_weight, 1 - exponent, smooth, over};
            return pixels(logits, target).mul(focal_weight).add(region(logits, target), tversky_weight);
        }
        const focal pixels{.exponent = exponent, .positive_weight = fn_weight, .negative_weight = fp_weight};
        return pixels(logits, target).mul(focal_weight).add(symmetric_tversky(logits, target), tversky_weight);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.focal_weight >= 0 && self.tversky_weight >= 0 && self.focal_weight + self.tversky_weight > 0,
                      "facet: loss::unified_focal needs weights >= 0, not both 0");
        static_assert(0 < self.fn_weight && self.fn_weight < 1, "facet: loss::unified_focal needs 0 < fn_weight < 1; 0.6 is usual");
        static_assert(0 <= self.exponent && self.exponent < 1, "facet: loss::unified_focal needs 0 <= exponent < 1; 0.5 is usual");
        static_assert(self.smooth > 0, "facet: loss::unified_focal needs smooth > 0; 1e-5 is usual");
    }

private:
    [[nodiscard]] at::Tensor symmetric_tversky(const at::Tensor& logits, const at::Tensor& target) const {
        const auto [n, tn] = count_all_logits(logits, target, over);
        const soft_counts other{tn, n.fn, n.fp};
        const auto part = [&](const soft_counts& c) { return tversky_error(c, 1 - fn_weight, fn_weight, smooth).clamp_min(1e-7).pow(1 - exponent); };
        return part(n).add(part(other)).div(2).mean();
    }
};

static_assert(policy<unified_focal<>>);

} // namespace facet::loss
