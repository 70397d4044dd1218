#pragma once

#include <cstddef>
#include <functional>

#include <facet/core/units.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/slices.hpp>

namespace facet {

/// What a recipe says, as values: made from policies by a dataset's binary, or from dataset.json by those that only read a store.
struct slicing {
    std::function<labels::meaning(int)> scheme;
    levels wanted;
    std::function<crop_region(const spine_layout&, vertebra_id)> crop;
    slice_axis axis = slice_axis::axial;
    std::size_t size = 256;
    double pixel = 0.5; ///< mm
    double step = 0;    ///< mm; 0 for every slice of the scan
    bool fit = false;   ///< choose the pixel per vertebra
};

} // namespace facet
