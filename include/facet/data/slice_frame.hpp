#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/units.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/geometry.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/slices.hpp>
#include <facet/data/slicing.hpp>

/// From a scan to where the slices of its vertebrae lie, and from a place in a slice back to the scan.
namespace facet {

/// Where the slices of one vertebra lie.
struct slice_frame {
    vertebra_id vertebra;
    crop_region region;
    voxel_box box;                     ///< region.seen within the scan
    std::array<std::size_t, 3> axis{}; ///< array axes along slices, rows and columns
    std::array<double, 3> unit{};      ///< voxels per slice, row and column, signed
    double first = 0;                  ///< voxel coordinate of slice 0 along its axis
    std::size_t count = 0, size = 0;   ///< slices, and pixels per side
    double pixel = 0, step = 0;        ///< mm

    /// Voxel coordinates (i, j, k) of a place in the slices.
    [[nodiscard]] std::array<double, 3> to_voxel(double position, double row, double column) const {
        std::array<double, 3> v{};
        const double middle = 0.5 * static_cast<double>(size - 1);
        v[axis[0]] = first + unit[0] * position;
        v[axis[1]] = region.centre[axis[1]] + unit[1] * (row - middle);
        v[axis[2]] = region.centre[axis[2]] + unit[2] * (column - middle);
        return v;
    }
    /// Slice, row and column of a place in the scan.
    [[nodiscard]] std::array<double, 3> to_slice(const std::array<double, 3>& voxel) const {
        const double middle = 0.5 * static_cast<double>(size - 1);
        return {(voxel[axis[0]] - first) / unit[0], (voxel[axis[1]] - region.centre[axis[1]]) / unit[1] + middle, (voxel[axis[2]] - region.centre[axis[2]]) / unit[2] + middle};
    }
    /// 0 at one end of the vertebra, 1 at the other.
    [[nodiscard]] double relative(std::size_t position) const {
        const double low = static_cast<double>(region.sliced.low[axis[0]]), high = static_cast<double>(region.sliced.high[axis[0]]);
        const double at = (first + unit[0] * static_cast<double>(position) - low) / std::max(high - low, 1.0);
        return std::clamp(unit[0] > 0 ? at : 1 - at, 0.0, 1.0);
    }
};

/// Lays the slices of one vertebra. Throws bad_input naming the size needed when it does not fit.
inline slice_frame frame_of(const spine_layout& spine, const slicing& recipe, vertebra_id id) {
    const auto& grid = spine.grid;
    const auto [left, back, head] = spine.axes;
    struct { anatomical_axes::axis along; int sense; } order[3]; // slices, rows, columns
    switch (recipe.axis) {
        case slice_axis::axial: order[0] = {head, 1}, order[1] = {back, 1}, order[2] = {left, 1}; break;
        case slice_axis::sagittal: order[0] = {left, 1}, order[1] = {head, -1}, order[2] = {back, 1}; break;
        case slice_axis::coronal: order[0] = {back, 1}, order[1] = {head, -1}, order[2] = {left, 1}; break;
    }
    slice_frame f;
    f.vertebra = id;
    f.region = recipe.crop(spine, id);
    f.box = f.region.seen.clipped(grid);
    f.size = recipe.size;
    for (std::size_t n = 0; n < 3; ++n) f.axis[n] = order[n].along.index;
    const auto sign = [&](std::size_t n) { return order[n].along.sign * order[n].sense; };

    // The side of the smallest square around the centre that shows a box.
    const auto side = [&](const voxel_box& box) {
        double half = 0;
        for (const auto a : {f.axis[1], f.axis[2]})
            half = std::max({half, (static_cast<double>(box.high[a]) + 0.5 - f.region.centre[a]) * grid.spacing[a], (f.region.centre[a] - static_cast<double>(box.low[a]) + 0.5) * grid.spacing[a]});
        return 2 * half;
    };
    f.pixel = recipe.fit ? side(f.region.seen) / static_cast<double>(recipe.size) : recipe.pixel;
    const double needed = side(f.region.whole), shown = static_cast<double>(recipe.size) * f.pixel;
    const auto rounded_up = [](double value) { return std::to_string(static_cast<int>(std::ceil(value))); };
    if (needed > shown * (1 + 1e-9))
        throw bad_input{printed(id) + " needs " + rounded_up(needed) + " mm and a slice shows " + std::to_string(static_cast<int>(shown)) + " mm; in the recipe use .size = " +
                        rounded_up(needed / f.pixel) + " or more, a larger .pixel, or scale::fit{}"};
    for (std::size_t n = 1; n < 3; ++n) f.unit[n] = sign(n) * f.pixel / grid.spacing[f.axis[n]];

    const double spacing = grid.spacing[f.axis[0]], voxels = recipe.step == 0 ? 1 : recipe.step < spacing ? recipe.step / spacing : std::round(recipe.step / spacing);
    const auto low = f.region.sliced.low[f.axis[0]], high = f.region.sliced.high[f.axis[0]];
    const double length = static_cast<double>(high - low);
    f.count = static_cast<std::size_t>(std::floor(length / voxels + 1e-9)) + 1;
    double rest = 0.5 * (length - voxels * static_cast<double>(f.count - 1));
    if (voxels >= 1) rest = std::floor(rest);
    f.step = voxels * spacing;
    f.unit[0] = sign(0) * voxels;
    f.first = sign(0) > 0 ? static_cast<double>(low) + rest : static_cast<double>(high) - rest;
    return f;
}

/// The vertebrae of a scan that become slices, and those that cannot.
struct scan_frames {
    std::vector<slice_frame> frames;
    std::vector<vertebra_id> cut_by_border;
};

inline scan_frames frames_of(const spine_layout& spine, const slicing& recipe) {
    scan_frames out;
    for (const auto& [value, box] : spine.boxes) {
        if (!recipe.wanted.contains({value})) continue;
        if (spine.cut_by_border.contains(value)) out.cut_by_border.push_back({value});
        else out.frames.push_back(frame_of(spine, recipe, {value}));
    }
    return out;
}

} // namespace facet
