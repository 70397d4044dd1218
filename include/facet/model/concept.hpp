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

} // namespace facet::model
