#pragma once

#include <array>

#include <ATen/core/Tensor.h>

#include <facet/loss/pixel_sums.hpp>
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

/// Also TN = sum((1-p) (1-g)), which Tversky's and Dice's counts leave out.
struct all_soft_counts {
    soft_counts n;
    at::Tensor tn;
};

/// The counts of probabilities [N,1,H,W], by plain operations.
template <class Per> soft_counts count_probabilities(const at::Tensor& p, const at::Tensor& target, const Per& over) {
    const auto both = p.mul(target);
    return {summed(both, over), summed(p.sub(both), over), summed(target.sub(both), over)};
}

/// Whether pixel_sums gives the counts of fp32 or double logits.
template <class Per> bool counts_at_once(const at::Tensor& logits, const at::Tensor& target, const Per&) {
    if constexpr (per::policy<Per> && per::of_whole_slices<Per>) return pixel_sums<>::takes(logits, target);
    else return false;
}
/// Of what pixel_sums gives.
template <class Per> soft_counts summed_counts(const std::array<at::Tensor, 5>& slices, const Per& over) { return {summed(slices[0], over), summed(slices[1], over), summed(slices[2], over)}; }

/// The counts of logits [N,1,H,W].
template <class Per> soft_counts count_logits(const at::Tensor& logits, const at::Tensor& target, const Per& over) {
    const auto z = at_least_float(logits);
    if (counts_at_once(z, target, over)) return summed_counts(pixel_sums<>::counts(z, target), over);
    return count_probabilities(z.sigmoid(), target, over);
}

template <class Per> all_soft_counts count_all_logits(const at::Tensor& logits, const at::Tensor& target, const Per& over) {
    const auto z = at_least_float(logits);
    if (counts_at_once(z, target, over)) {
        const auto slices = pixel_sums<>::counts(z, target);
        return {summed_counts(slices, over), summed(slices[3], over)};
    }
    const auto p = z.sigmoid();
    return {count_probabilities(p, target, over), summed(p.sub(1).mul(target.sub(1)), over)};
}

/// 1 - (TP + s) / (TP + FP*wp + FN*wn + s), written without the subtraction so that a nearly perfect prediction keeps its digits.
inline at::Tensor tversky_error(const soft_counts& n, double fp_weight, double fn_weight, double smooth) {
    const auto wrong = n.fp.mul(fp_weight).add(n.fn, fn_weight);
    return wrong.div(n.tp.add(wrong).add(smooth));
}

/// 1 - (2 TP + s) / (2 TP + FP + FN + s), the same way.
inline at::Tensor dice_error(const soft_counts& n, double smooth) { return tversky_error(n, 0.5, 0.5, smooth / 2); }

} // namespace facet::loss
