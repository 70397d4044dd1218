#pragma once

#include <facet/match/concept.hpp>

namespace facet::match {

/// One common voxel is enough: the laxest rule, for findings of a few voxels.
struct any_overlap {
    using role = facet::role::match;

    [[nodiscard]] constexpr bool operator()(const lesion_contact& c) const { return c.common_voxels > 0; }
};

static_assert(policy<any_overlap>);

} // namespace facet::match
