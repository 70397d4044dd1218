#pragma once

#include <facet/loss/bce.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/pixel_sums.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Focal loss: cross-entropy times (1 - probability of the true class)^exponent, mean over pixels (Lin et al., 2017, arXiv:1708.02002).
///
/// Exponent 0 with weights 1 is binary cross-entropy. Lin's alpha = 0.25 is positive_weight 0.25, negative_weight 0.75.
struct focal {
    using role = facet::role::loss;

    double exponent = 2;        ///< how strongly easy pixels are played down
    double positive_weight = 1; ///< factor of fracture pixels
    double negative_weight = 1; ///< factor of all others

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto z = at_least_float(logits);
        if (pixel_sums<>::takes(z, target)) return pixel_sums<>::focal(z, target, exponent, positive_weight, negative_weight).div(z.numel());
        // x is the logit of being wrong; (1-p_true)^q = exp(q ln sigmoid(x)) has no power of a small base.
        const auto x = z.mul(target.mul(-2).add(1));
        const auto pixel = loss::log_sigmoid(x.neg()).neg().mul(loss::log_sigmoid(x).mul(exponent).exp());
        if (positive_weight == 1 && negative_weight == 1) return pixel.mean();
        return pixel.mul(target.mul(positive_weight - negative_weight).add(negative_weight)).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent >= 0, "facet: loss::focal needs exponent >= 0; 2 is usual, 0 is cross-entropy");
        static_assert(self.positive_weight > 0 && self.negative_weight > 0, "facet: loss::focal needs positive_weight > 0 and negative_weight > 0");
    }
};

static_assert(policy<focal>);

} // namespace facet::loss
