#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Soft Dice loss, 1 - (2 TP + s) / (2 TP + FP + FN + s) (Milletari et al., 2016, arXiv:1606.04797).
///
/// Counts run over the whole batch, as nnU-Net does in 2-D: per sample, a slice without fracture gives no useful gradient. The choice is part
/// of the type: loss::dice<per::sample>, or loss::dice{.over = per::sample{}}.
template <class Per = per::batch> struct dice {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    double smooth = 1e-5;    ///< keeps an empty batch finite
    Per over{};              ///< per::batch{}: one Dice of all pixels; per::sample{}: one per slice, then their mean
    bool squared = false;    ///< sum(p^2) + sum(g^2) in the denominator (MONAI's squared_pred)

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        if (squared) return squared_error(at_least_float(logits).sigmoid(), target).mean();
        return dice_error(count_logits(logits, target, over), smooth).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.smooth > 0, "facet: loss::dice needs smooth > 0, or an empty batch divides by zero; 1e-5 is usual");
    }

private:
    [[nodiscard]] at::Tensor squared_error(const at::Tensor& p, const at::Tensor& target) const {
        // sum(p^2) + sum(g^2) - 2 sum(pg) = sum((p-g)^2)
        return summed(p.sub(target).square(), over).div(summed(p.square().add(target.square()), over).add(smooth));
    }
};

static_assert(policy<dice<>>);

} // namespace facet::loss
