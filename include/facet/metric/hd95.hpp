#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/surface.hpp>

namespace facet::metric {

/// 95 % Hausdorff distance in mm: the larger of the two directed 95th percentiles, MONAI's definition (MedPy pools the two directions). A miss
/// or a false alarm is the diagonal of the vertebra's crop; MONAI 1.6.1 reports it as 0, which rewards missing.
struct hd95 {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where neither truth nor prediction has a voxel

    [[nodiscard]] std::optional<double> operator()(const surface_distances& d) const {
        return detail::of_both_surfaces(d, empty, d.diagonal, 0, [&] { return detail::directed_maximum(d, 0.95); });
    }
};

static_assert(of_surface<hd95>);

} // namespace facet::metric
