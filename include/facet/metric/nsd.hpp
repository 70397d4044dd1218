#pragma once

#include <facet/core/units.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/surface.hpp>

namespace facet::metric {

/// Normalised surface Dice: the share of both surfaces within `tolerance` of the other (Nikolov et al. 2018). A miss or a
/// false alarm is 0. Counted in surface voxels as MONAI does; DeepMind's surface-distance weights by the area of surface elements.
struct nsd {
    using role = facet::role::metric;

    millimetres tolerance{1};
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where neither truth nor prediction has a voxel

    [[nodiscard]] std::optional<double> operator()(const surface_distances& d) const {
        return detail::of_both_surfaces(d, empty, 0, 1, [&] { return detail::share_within(d, tolerance.value); });
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.tolerance.value >= 0, "facet: metric::nsd needs a tolerance of at least millimetres{0}; about the disagreement between readers");
    }
};

static_assert(of_surface<nsd>);

} // namespace facet::metric
