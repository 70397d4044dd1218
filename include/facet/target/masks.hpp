#pragma once

#include <facet/target/concept.hpp>

namespace facet::target {

/// The masks alone.
struct masks {
    using role = facet::role::target;
};

static_assert(policy<masks> && !supplies_distances<masks>);

} // namespace facet::target
