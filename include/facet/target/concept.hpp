#pragma once

#include <concepts>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>
#include <facet/loss/distance_map.hpp>

namespace facet::target {

/// What the loss is given besides the logits: always the {0,1} masks [N,1,H,W], and what a target policy makes of them, batch by batch, after
/// augmentation.
template <class P>
concept policy = plays<P, role::target>;

/// `target(masks)` gives the distance maps of the masks.
template <class P>
concept supplies_distances = policy<P> && requires(const P& p, const at::Tensor& masks) {
    { p(masks) } -> std::same_as<loss::distance_map>;
};

} // namespace facet::target
