#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// 1 - Matthews correlation coefficient of soft counts over the whole batch (Abhishek and Hamarneh, 2021, arXiv:2010.13454): the only
/// overlap loss here that also counts true negatives.
///
/// The smoothing counts as so many more true positives and true negatives; an empty mask with nothing called positive is then perfect, and
/// one with everything called positive is not.
struct mcc {
    using role = facet::role::loss;

    double smooth = 1; ///< pixels added to TP and to TN

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto [n, true_negatives] = count_all_logits(logits, target, per::batch{});
        const auto tp = n.tp.add(smooth), tn = true_negatives.add(smooth);
        const auto product = tp.add(n.fp).mul(tp.add(n.fn)).mul(tn.add(n.fp)).mul(tn.add(n.fn));
        return tp.mul(tn).sub(n.fp.mul(n.fn)).div(product.sqrt()).neg().add(1);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.smooth > 0, "facet: loss::mcc needs smooth > 0, or an empty batch has no gradient");
    }
};

static_assert(policy<mcc>);

} // namespace facet::loss
