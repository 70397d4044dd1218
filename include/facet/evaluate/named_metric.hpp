#pragma once

#include <optional>
#include <string>

#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/lesions.hpp>
#include <facet/evaluate/surface_distances.hpp>

namespace facet {

/// A metric of the experiment, of one of four kinds.
struct named_metric {
    std::string name;
    std::optional<double> (*value)(const confusion&) = nullptr; ///< at the frozen pixel threshold
    std::optional<double> (*of_scores)(const score_histogram&) = nullptr;
    std::optional<double> (*of_surface)(const surface_distances&) = nullptr;
    std::optional<double> (*of_lesions)(lesion_volumes) = nullptr;
};

} // namespace facet
