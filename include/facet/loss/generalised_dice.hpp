#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Generalised Dice loss over the two classes fracture and background, each weighted by 1 / (its size)^2, so that both count alike however
/// rare one is (Sudre et al., 2017, arXiv:1707.03237). Counts run over the whole batch.
struct generalised_dice {
    using role = facet::role::loss;

    double smooth = 1e-5; ///< keeps the fraction finite

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto [n, tn] = count_all_logits(logits, target, per::batch{});
        // An absent class weighs as the other one does, as in MONAI: as one pixel it would drown the other, and nothing would be learned.
        const auto weight = [](const at::Tensor& own, const at::Tensor& other) { return own.where(own.gt(0), other).clamp_min(1).square().reciprocal(); };
        const auto g = target.sum(), b = g.neg().add(target.numel());
        const auto fracture = weight(g, b), background = weight(b, g);
        const auto wrong = n.fp.add(n.fn).mul(fracture.add(background));
        const auto right = n.tp.mul(fracture).add(tn.mul(background)).mul(2);
        return wrong.div(right.add(wrong).add(smooth));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.smooth > 0, "facet: loss::generalised_dice needs smooth > 0; 1e-5 is usual");
    }
};

static_assert(policy<generalised_dice>);

} // namespace facet::loss
