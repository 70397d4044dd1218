#pragma once

#include <facet/target/concept.hpp>

namespace facet::target {

/// The masks and, for losses that take them, their exact signed Euclidean distance maps in pixels. They are computed of each batch as
/// augmented; ignored pixels count as not fractured. A loss that takes none costs nothing.
struct distance_maps {
    using role = facet::role::target;

    loss::distance_map operator()(const at::Tensor& masks) const { return {distance_transforms<>::signed_distance(masks)}; }
};

static_assert(supplies_distances<distance_maps>);

} // namespace facet::target
