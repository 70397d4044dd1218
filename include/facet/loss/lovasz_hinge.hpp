#pragma once

#include <tuple>

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Lovász hinge: the convex surrogate of 1 - IoU over the hinge errors 1 - z(2g-1) of the whole batch (Berman et al., 2018,
/// arXiv:1705.08790). Equal errors are ranked by position, so the value does not depend on threads.
struct lovasz_hinge {
    using role = facet::role::loss;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto z = at_least_float(logits).flatten(), g = target.flatten();
        const auto errors = z.mul(g.mul(2).sub(1)).neg().add(1);
        const auto [sorted, order] = errors.sort(true, 0, true);
        return sorted.relu().dot(steps_of_iou(g.index_select(0, order)).to(z.scalar_type()));
    }

private:
    /// How much 1 - IoU grows with each further pixel called wrong. In double: neighbours differ by 1e-6 on a large batch.
    [[nodiscard]] static at::Tensor steps_of_iou(const at::Tensor& sorted_target) {
        const auto g = sorted_target.to(at::kDouble);
        const auto positives = g.sum();
        const auto intersection = positives.sub(g.cumsum(0)), either = positives.add(g.neg().add(1).cumsum(0));
        const auto loss = intersection.div(either).neg().add(1);
        return loss.sub(loss.roll(1, 0).mul(loss.new_ones(loss.sizes()).cumsum(0).gt(1)));
    }
};

static_assert(policy<lovasz_hinge>);

} // namespace facet::loss
