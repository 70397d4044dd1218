#pragma once

#include <ATen/core/Tensor.h>

#include <facet/per.hpp>

namespace facet::loss {

/// Logits in at least fp32: sums over a batch overflow fp16 and lose counts in bf16. Double stays double.
inline at::Tensor at_least_float(const at::Tensor& logits) {
    return at::isReducedFloatingType(logits.scalar_type()) ? logits.to(at::kFloat) : logits;
}

/// The sum of x [N,1,H,W] over the whole batch (a scalar), or one per sample ([N]).
template <class Per> at::Tensor summed(const at::Tensor& x, const Per& over) {
    if constexpr (per::policy<Per>) return over.sum(x);
    else return x; // its sentence has been said
}

/// True positives, false positives and false negatives with probabilities for counts: TP = sum(p g), FP = sum(p (1-g)), FN = sum((1-p) g).
struct soft_counts {
    at::Tensor tp, fp, fn;
};

template <class Per> soft_counts count(const at::Tensor& probability, const at::Tensor& target, const Per& over) {
    const auto both = probability.mul(target);
    return {summed(both, over), summed(probability.sub(both), over), summed(target.sub(both), over)};
}

/// TN = sum((1-p) (1-g)), which Tversky's and Dice's counts leave out.
template <class Per> at::Tensor true_negatives(const at::Tensor& probability, const at::Tensor& target, const Per& over) {
    return summed(probability.sub(1).mul(target.sub(1)), over);
}

/// 1 - (TP + s) / (TP + FP*wp + FN*wn + s), written without the subtraction so that a nearly perfect prediction keeps its digits.
inline at::Tensor tversky_error(const soft_counts& n, double fp_weight, double fn_weight, double smooth) {
    const auto wrong = n.fp.mul(fp_weight).add(n.fn, fn_weight);
    return wrong.div(n.tp.add(wrong).add(smooth));
}

} // namespace facet::loss
