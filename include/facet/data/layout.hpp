#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <facet/data/crop.hpp>
#include <facet/data/geometry.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/volume.hpp>

/// Where in a scan its vertebrae lie.
namespace facet {

namespace detail::laying {

/// The largest connected piece (26 neighbours) of one label.
struct piece_of_label {
    voxel_box box;
    std::size_t voxels = 0;
};

/// Stray voxels of automatic labels must not widen a crop.
inline piece_of_label largest_piece(const label_volume& labels, std::uint8_t value, const voxel_box& where) {
    std::array<std::ptrdiff_t, 3> n;
    for (std::size_t a = 0; a < 3; ++a) n[a] = where.high[a] - where.low[a] + 1;
    const auto offset = [&](const std::array<std::ptrdiff_t, 3>& p) { return static_cast<std::size_t>((p[2] * n[1] + p[1]) * n[0] + p[0]); };
    std::vector<bool> open(static_cast<std::size_t>(n[0] * n[1] * n[2]));
    std::array<std::ptrdiff_t, 3> p;
    for (p[2] = 0; p[2] < n[2]; ++p[2])
        for (p[1] = 0; p[1] < n[1]; ++p[1])
            for (p[0] = 0; p[0] < n[0]; ++p[0]) open[offset(p)] = labels.voxels(where.low[2] + p[2], where.low[1] + p[1], where.low[0] + p[0]) == value;

    std::size_t largest = 0;
    voxel_box best = where;
    std::vector<std::array<std::ptrdiff_t, 3>> stack;
    std::array<std::ptrdiff_t, 3> start;
    for (start[2] = 0; start[2] < n[2]; ++start[2])
        for (start[1] = 0; start[1] < n[1]; ++start[1])
            for (start[0] = 0; start[0] < n[0]; ++start[0]) {
                if (!open[offset(start)]) continue;
                voxel_box piece{start, start};
                std::size_t voxels = 0;
                open[offset(start)] = false;
                stack.push_back(start);
                while (!stack.empty()) {
                    const auto at = stack.back();
                    stack.pop_back();
                    ++voxels;
                    for (std::size_t a = 0; a < 3; ++a) piece.low[a] = std::min(piece.low[a], at[a]), piece.high[a] = std::max(piece.high[a], at[a]);
                    for (int d = 0; d < 27; ++d) {
                        const std::array<std::ptrdiff_t, 3> q{at[0] + d % 3 - 1, at[1] + d / 3 % 3 - 1, at[2] + d / 9 - 1};
                        bool inside = true;
                        for (std::size_t a = 0; a < 3; ++a) inside = inside && q[a] >= 0 && q[a] < n[a];
                        if (!inside || !open[offset(q)]) continue;
                        open[offset(q)] = false;
                        stack.push_back(q);
                    }
                }
                if (voxels <= largest) continue;
                largest = voxels;
                for (std::size_t a = 0; a < 3; ++a) best.low[a] = where.low[a] + piece.low[a], best.high[a] = where.low[a] + piece.high[a];
            }
    return {best, largest};
}

/// A label's largest piece below this is a stray of automatic labelling: bone, but no vertebra. The smallest vertebrae have ten times as much.
inline constexpr double smallest_vertebra = 500; // mm3

inline std::map<int, voxel_box> boxes_of(const label_volume& labels) {
    std::array<std::optional<voxel_box>, 256> rough;
    const auto [nk, nj, ni] = std::array{labels.grid.size[2], labels.grid.size[1], labels.grid.size[0]};
    const std::uint8_t* value = labels.voxels.data();
    for (std::size_t k = 0; k < nk; ++k)
        for (std::size_t j = 0; j < nj; ++j)
            for (std::size_t i = 0; i < ni; ++i, ++value) {
                if (*value < first_vertebra || *value > last_vertebra) continue;
                const std::array<std::ptrdiff_t, 3> at{static_cast<std::ptrdiff_t>(i), static_cast<std::ptrdiff_t>(j), static_cast<std::ptrdiff_t>(k)};
                auto& box = rough[*value];
                if (!box) box = voxel_box{at, at};
                for (std::size_t a = 0; a < 3; ++a) box->low[a] = std::min(box->low[a], at[a]), box->high[a] = std::max(box->high[a], at[a]);
            }
    std::map<int, voxel_box> boxes;
    const auto& spacing = labels.grid.spacing;
    for (int v = first_vertebra; v <= last_vertebra; ++v) {
        if (!rough[static_cast<std::size_t>(v)]) continue;
        const auto piece = largest_piece(labels, static_cast<std::uint8_t>(v), *rough[static_cast<std::size_t>(v)]);
        if (static_cast<double>(piece.voxels) * spacing[0] * spacing[1] * spacing[2] >= smallest_vertebra) boxes[v] = piece.box;
    }
    return boxes;
}

/// Whether the scan ends within the vertebra: at a border of the scan its cross-section is still more than a quarter of its largest. Less
/// is the tip of a process below or beside a complete body.
inline bool cut_by_border(const label_volume& labels, std::uint8_t value, const voxel_box& box) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const bool at_start = box.low[axis] == 0, at_end = box.high[axis] == static_cast<std::ptrdiff_t>(labels.grid.size[axis]) - 1;
        if (!at_start && !at_end) continue;
        std::vector<std::size_t> section(static_cast<std::size_t>(box.high[axis] - box.low[axis] + 1));
        std::array<std::ptrdiff_t, 3> p;
        for (p[2] = box.low[2]; p[2] <= box.high[2]; ++p[2])
            for (p[1] = box.low[1]; p[1] <= box.high[1]; ++p[1])
                for (p[0] = box.low[0]; p[0] <= box.high[0]; ++p[0])
                    if (labels.voxels(p[2], p[1], p[0]) == value) ++section[static_cast<std::size_t>(p[axis] - box.low[axis])];
        const auto largest = *std::max_element(section.begin(), section.end());
        if ((at_start && 4 * section.front() > largest) || (at_end && 4 * section.back() > largest)) return true;
    }
    return false;
}

} // namespace detail::laying

/// The vertebrae of translated labels.
inline spine_layout layout_of(const label_volume& labels, const levels& wanted) {
    spine_layout spine{labels.grid, axes_of(labels.grid), detail::laying::boxes_of(labels), wanted, {}};
    for (const auto& [value, box] : spine.boxes)
        if (detail::laying::cut_by_border(labels, static_cast<std::uint8_t>(value), box)) spine.cut_by_border.insert(value);
    return spine;
}

} // namespace facet
