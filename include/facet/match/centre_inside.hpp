#pragma once

#include <facet/match/concept.hpp>

namespace facet::match {

/// The candidate's centre of gravity, rounded to a voxel, lies in the lesion: the rule of reader studies, where a mark is a point.
struct centre_inside {
    using role = facet::role::match;

    [[nodiscard]] constexpr bool operator()(const lesion_contact& c) const { return c.centre_inside; }
};

static_assert(policy<centre_inside>);

} // namespace facet::match
