#pragma once

#include <concepts>
#include <memory>

#include <facet/core/role.hpp>
#include <facet/engine/network.hpp>

namespace facet::model {

/// A description of a network; `model(channels)` builds it for images with that many channels.
template <class P>
concept policy = plays<P, role::model> && requires(const P& p) {
    { p(1) } -> std::convertible_to<std::shared_ptr<network>>;
};

/// How many heads the network of a description has: what its `constexpr int heads() const` says, or 1.
template <class P> constexpr int heads_of(const P& model) {
    if constexpr (requires { { model.heads() } -> std::convertible_to<int>; }) return model.heads();
    else return 1;
}

} // namespace facet::model
