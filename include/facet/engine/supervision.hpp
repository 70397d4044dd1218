#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/engine/autocast.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/network.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

/// Masks [N,1,S,S] at the size of a head: of each square of pixels the one right and below its centre, which is what interpolation of
/// the kind "nearest-exact" takes. No copy.
inline at::Tensor thinned(const at::Tensor& masks, std::int64_t size) {
    const auto step = masks.size(-1) / size;
    return masks.slice(2, step / 2, masks.size(2), step).slice(3, step / 2, masks.size(3), step);
}

/// The loss that training goes down: at full resolution, or the weighted sum over every head where the experiment's loss asks for it.
/// `top` receives what the loss saw of the logits at full resolution.
inline at::Tensor training_loss(const plan& p, network& net, const at::Tensor& channels, const at::Tensor& masks, at::Tensor* top = nullptr) {
    const auto at_head = [&](const at::Tensor& logits, const at::Tensor& mask) {
        const auto seen = supervise(logits, mask);
        const autocast_off full{channels.device().type()};
        if (top != nullptr && !top->defined()) *top = seen.logits;
        return p.loss(seen.logits, seen.target);
    };
    if (p.head_weight == nullptr) return at_head(net.forward(channels), masks);
    const auto heads = net.forward_heads(channels);
    at::Tensor total;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        const double weight = p.head_weight(static_cast<int>(i), static_cast<int>(heads.size()));
        if (weight == 0) continue;
        const auto loss = at_head(heads[i], thinned(masks, heads[i].size(-1))).mul(weight);
        total = total.defined() ? total.add(loss) : loss;
    }
    return total;
}

} // namespace facet
