#pragma once

#include <concepts>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>

/// Over what the counts of an overlap loss run; part of the loss's type: loss::dice{} and loss::dice{.over = per::sample{}} differ in type.
namespace facet::per {

/// One count for the whole batch: a slice without fracture takes part in its overlap (nnU-Net in 2-D).
struct batch {
    using role = facet::role::extent;
    static constexpr bool of_whole_slices = true; // the sum of the slices' sums
    /// [N,1,H,W] to a scalar.
    [[nodiscard]] at::Tensor sum(const at::Tensor& x) const { return x.sum(); }
};

/// One count for each slice, then the mean of the losses (MONAI's default): a slice without fracture gives next to no gradient.
struct sample {
    using role = facet::role::extent;
    static constexpr bool of_whole_slices = true;
    /// [N,1,H,W] to [N].
    [[nodiscard]] at::Tensor sum(const at::Tensor& x) const { return x.flatten(1).sum(1); }
};

template <class P>
concept policy = plays<P, role::extent> && requires(const P& p, const at::Tensor& x) {
    { p.sum(x) } -> std::same_as<at::Tensor>;
};

/// Whether slices may be summed before, [N,1,H,W] to [N,1,1,1]: then the counts of a loss take one pass. A policy says so by a static member of this name.
template <class P> inline constexpr bool of_whole_slices = requires { requires P::of_whole_slices; };

static_assert(policy<batch> && policy<sample>);

/// Says the sentence where a loss is given something else.
template <class P> struct required {
    static_assert(policy<P>, "facet: `over` is per::batch{} or per::sample{}, for example loss::dice{.over = per::sample{}}");
};

} // namespace facet::per

namespace facet {

template <> inline constexpr auto default_policy<role::extent> = per::batch{};

} // namespace facet
