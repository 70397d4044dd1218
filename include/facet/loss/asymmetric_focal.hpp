#pragma once

#include <facet/loss/bce.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/pixel_sums.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Focal cross-entropy that plays down easy background only: every fracture pixel keeps its full cross-entropy, mean over pixels
/// (Yeung et al., 2022, arXiv:2102.04525).
///
/// MONAI also averages over the two classes, which halves the value.
struct asymmetric_focal {
    using role = facet::role::loss;

    double exponent = 2;          ///< on the probability of background pixels
    double positive_weight = 0.7; ///< of fracture pixels; background has 1 - positive_weight

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto z = at_least_float(logits);
        if (pixel_sums<>::takes(z, target)) return pixel_sums<>::asymmetric_focal(z, target, exponent, positive_weight, 1 - positive_weight).div(z.numel());
        const auto log_p = loss::log_sigmoid(z), log_q = loss::log_sigmoid(z.neg());
        const auto fracture = log_p.mul(target).mul(-positive_weight);
        const auto background = log_p.mul(exponent).exp().mul(log_q).mul(target.sub(1)).mul(1 - positive_weight);
        return fracture.add(background).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent >= 0, "facet: loss::asymmetric_focal needs exponent >= 0; 2 is usual");
        static_assert(0 < self.positive_weight && self.positive_weight < 1, "facet: loss::asymmetric_focal needs 0 < positive_weight < 1; 0.7 is usual");
    }
};

static_assert(policy<asymmetric_focal>);

} // namespace facet::loss
