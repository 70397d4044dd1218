#pragma once

#include <concepts>

#include <facet/core/role.hpp>

namespace facet::precision {

/// Number format of the network's forward and backward pass. Weights, losses, the last 1x1 convolution and the scores are fp32 in any case.
template <class P>
concept policy = plays<P, role::precision> && requires {
    { P::uses_bf16 } -> std::convertible_to<bool>;
};

/// Everything in 32-bit floats.
struct fp32 {
    using role = facet::role::precision;
    static constexpr bool uses_bf16 = false;
};

/// bfloat16 autocast: half the memory traffic and no loss scaling. On a CPU without bfloat16 arithmetic the engine stays with fp32.
struct bf16 {
    using role = facet::role::precision;
    static constexpr bool uses_bf16 = true;
};

static_assert(policy<fp32> && policy<bf16>);

} // namespace facet::precision

namespace facet {

template <> inline constexpr auto default_policy<role::precision> = precision::bf16{};

} // namespace facet
