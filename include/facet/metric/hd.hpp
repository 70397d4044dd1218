#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/surface.hpp>

namespace facet::metric {

/// Hausdorff distance in mm: the largest distance from one surface to the other (both ways). A miss or a false alarm is the diagonal of the
/// vertebra's crop, never 0 and never left out.
struct hd {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where neither truth nor prediction has a voxel

    [[nodiscard]] std::optional<double> operator()(const surface_distances& d) const {
        return detail::of_both_surfaces(d, empty, d.diagonal, 0, [&] { return detail::directed_maximum(d, 1); });
    }
};

static_assert(of_surface<hd>);

} // namespace facet::metric
