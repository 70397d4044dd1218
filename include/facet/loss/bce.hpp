#pragma once

#include <ATen/core/Tensor.h> // which the next needs and does not include
#include <ATen/ops/log_sigmoid_ops.h>

#include <facet/loss/concept.hpp>
#include <facet/loss/pixel_sums.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// log(sigmoid(x)), exact for any logit.
inline at::Tensor log_sigmoid(const at::Tensor& x) { return at::_ops::log_sigmoid::call(x); }

/// Binary cross-entropy of every pixel, positives counted `positive_weight` times:
/// -(w g ln p + (1-g) ln(1-p)).
inline at::Tensor pixel_bce(const at::Tensor& logits, const at::Tensor& target, double positive_weight = 1) {
    const auto log_p = loss::log_sigmoid(logits); // ln(1-p) = ln p - z
    if (positive_weight == 1) return logits.sub(logits.mul(target)).sub(log_p);
    const auto weight = target.mul(positive_weight - 1).add(1);
    return logits.sub(logits.mul(target)).sub(log_p.mul(weight));
}

/// Binary cross-entropy, mean over all pixels of the batch.
struct bce {
    using role = facet::role::loss;
    static constexpr bool takes_soft_targets = true; // least at the target, whatever its value

    double positive_weight = 1; ///< how often a fracture pixel counts

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto z = at_least_float(logits);
        if (pixel_sums<>::takes(z, target)) return pixel_sums<>::counts_and_bce(z, target, positive_weight)[4].sum().div(z.numel());
        return pixel_bce(z, target, positive_weight).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.positive_weight > 0, "facet: loss::bce needs positive_weight > 0; 1 counts all pixels alike");
    }
};

static_assert(policy<bce>);

} // namespace facet::loss
