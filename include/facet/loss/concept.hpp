#pragma once

#include <concepts>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>

namespace facet::loss {

/// `loss(logits, target)` takes raw fp32 logits [N,1,H,W] and a {0,1} target of the same shape and returns a scalar that carries a gradient.
///
/// Ignored pixels never reach a loss: the engine sets their logits to a constant -20 and their target to 0 before the call, so they add
/// nothing to any count and carry no gradient. What cannot be said in a concept (finite on empty masks, lower is better) is a law, tested
/// in tests/laws/loss.hpp.
template <class P>
concept policy = plays<P, role::loss> && requires(const P& p, const at::Tensor& logits, const at::Tensor& target) {
    { p(logits, target) } -> std::same_as<at::Tensor>;
};

} // namespace facet::loss
