#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/surface.hpp>

namespace facet::metric {

/// Average symmetric surface distance in mm: the mean over the surface voxels of both. A miss or a false alarm is the diagonal of the
/// vertebra's crop.
struct assd {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where neither truth nor prediction has a voxel

    [[nodiscard]] std::optional<double> operator()(const surface_distances& d) const {
        return detail::of_both_surfaces(d, empty, d.diagonal, 0, [&] { return detail::mean_distance(d); });
    }
};

static_assert(of_surface<assd>);

} // namespace facet::metric
