#pragma once

#include <facet/match/concept.hpp>

namespace facet::match {

/// Intersection over union of lesion and candidate is at least `iou` (Metrics Reloaded, Maier-Hein et al. 2024: 0.1 for small findings).
struct iou_at_least {
    using role = facet::role::match;

    double iou = 0.1;

    [[nodiscard]] constexpr bool operator()(const lesion_contact& c) const {
        return static_cast<double>(c.common_voxels) >= iou * static_cast<double>(c.lesion_voxels + c.candidate_voxels - c.common_voxels);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.iou && self.iou <= 1, "facet: match::iou_at_least needs 0 < iou <= 1; match::any_overlap{} asks for one common voxel");
    }
};

static_assert(policy<iou_at_least>);

} // namespace facet::match
