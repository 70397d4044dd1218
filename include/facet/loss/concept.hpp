#pragma once

#include <concepts>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>
#include <facet/loss/distance_map.hpp>

namespace facet::loss {

/// `loss(logits, target)` takes raw fp32 logits [N,1,H,W] and a {0,1} target of the same shape and returns a scalar that carries a gradient.
template <class P>
concept of_masks = plays<P, role::loss> && requires(const P& p, const at::Tensor& logits, const at::Tensor& target) {
    { p(logits, target) } -> std::same_as<at::Tensor>;
};

/// `loss(logits, target, distances)` also takes the distance map of the target; the experiment must then have target::distance_maps{}.
template <class P>
concept of_distances = plays<P, role::loss> && requires(const P& p, const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) {
    { p(logits, target, distances) } -> std::same_as<at::Tensor>;
};

/// A loss takes one of the two forms.
///
/// Ignored pixels never reach a loss: the engine sets their logits to a constant -20 and their target to 0 before the call, so they carry
/// no gradient and add nothing to any count but that of true negatives. What cannot be said in a concept (finite on empty masks, lower is better) is a law, tested
/// in tests/laws/loss.hpp.
template <class P>
concept policy = of_masks<P> || of_distances<P>;

/// Cannot be computed from the masks alone.
template <class P> inline constexpr bool needs_distances = of_distances<P> && !of_masks<P>;

/// Is least at the target also where that is no 0 or 1, as augment::mixup makes them. A loss says so by a static member of this name.
template <class P> inline constexpr bool takes_soft_targets = requires { requires P::takes_soft_targets; };

/// The loss with what it takes: how one loss calls another.
template <policy P> at::Tensor call(const P& loss, const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) {
    if constexpr (needs_distances<P>) return loss(logits, target, distances);
    else return loss(logits, target);
}

} // namespace facet::loss
