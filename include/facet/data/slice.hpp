#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace facet {

/// One row of `slices.csv`: what is known about a slice of a store. Column names are the field names.
struct slice_info {
    std::uint32_t index = 0;             ///< row in images.npy and masks.npy
    std::string patient;
    int vertebra = 0;                    ///< TotalSegmentator v2 number, whatever scheme the labels came in
    int position = 0;                    ///< 0, 1, ... along the slice axis within the vertebra
    double relative = 0;                 ///< position in the vertebra, 0 to 1
    std::array<double, 2> spacing{};     ///< mm per stored pixel: row, column (spacing_row, spacing_column)
    double step = 0;                     ///< mm to the next slice
    std::uint32_t fracture_pixels = 0;   ///< stored pixels with mask 1
    std::uint32_t ignored_pixels = 0;    ///< stored pixels with mask 255
    std::uint32_t native_pixels = 0;     ///< pixels of the crop's slice at the scan's own resolution, the denominator of the native prevalence
    std::uint32_t native_fracture_pixels = 0;
    std::string source;                  ///< what the case was made from: "scan", "cohort", "phantom"
    std::string anatomy;                 ///< column `template`: patients of one template share anatomy
};

} // namespace facet
