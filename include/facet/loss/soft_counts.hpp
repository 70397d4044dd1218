#pragma once

#include <array>
#include <cstdint>

#include <ATen/core/Tensor.h>

namespace facet::loss {

/// Logits in at least fp32: sums over a batch overflow fp16 and lose counts in bf16. Double stays double.
inline at::Tensor at_least_float(const at::Tensor& logits) {
    return at::isReducedFloatingType(logits.scalar_type()) ? logits.to(at::kFloat) : logits;
}

/// True positives, false positives and false negatives with probabilities for counts: TP = sum(p g), FP = sum(p (1-g)), FN = sum((1-p) g).
struct soft_counts {
    at::Tensor tp, fp, fn;
};

/// Counts over the whole batch (scalars), or one of each per sample ([N]).
inline soft_counts count(const at::Tensor& probability, const at::Tensor& target, bool per_sample) {
    const auto sum = [&](const at::Tensor& x) { return per_sample ? x.flatten(1).sum(1) : x.sum(); };
    const auto both = probability.mul(target);
    return {sum(both), sum(probability.sub(both)), sum(target.sub(both))};
}

/// TN = sum((1-p) (1-g)), which Tversky's and Dice's counts leave out.
inline at::Tensor true_negatives(const at::Tensor& probability, const at::Tensor& target, bool per_sample) {
    const auto neither = probability.sub(1).mul(target.sub(1));
    return per_sample ? neither.flatten(1).sum(1) : neither.sum();
}

/// 1 - (TP + s) / (TP + FP*wp + FN*wn + s), written without the subtraction so that a nearly perfect prediction keeps its digits.
inline at::Tensor tversky_error(const soft_counts& n, double fp_weight, double fn_weight, double smooth) {
    const auto wrong = n.fp.mul(fp_weight).add(n.fn, fn_weight);
    return wrong.div(n.tp.add(wrong).add(smooth));
}

} // namespace facet::loss
