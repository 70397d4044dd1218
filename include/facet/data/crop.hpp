#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>

#include <facet/core/role.hpp>
#include <facet/core/units.hpp>
#include <facet/data/geometry.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/role.hpp>

namespace facet {

/// A box of voxels; both ends belong to it. Ends are signed: before it is clipped, a box may reach beyond the scan.
struct voxel_box {
    std::array<std::ptrdiff_t, 3> low{}, high{};
    [[nodiscard]] double middle(std::size_t axis) const { return 0.5 * static_cast<double>(low[axis] + high[axis]); }
    [[nodiscard]] double extent(std::size_t axis, const geometry& grid) const { return static_cast<double>(high[axis] - low[axis] + 1) * grid.spacing[axis]; }
    [[nodiscard]] voxel_box clipped(const geometry& grid) const {
        voxel_box b = *this;
        for (std::size_t a = 0; a < 3; ++a) {
            b.low[a] = std::max<std::ptrdiff_t>(low[a], 0);
            b.high[a] = std::min(high[a], static_cast<std::ptrdiff_t>(grid.size[a]) - 1);
        }
        return b;
    }
};

/// The vertebrae of one scan and the boxes that hold them.
struct spine_layout {
    geometry grid;
    anatomical_axes axes;
    std::map<int, voxel_box> boxes; ///< by vertebra number
    levels wanted;
    std::set<int> cut_by_border;    ///< vertebrae of which the scan misses more than the tip of a process
};

/// What the slices of one vertebra show.
struct crop_region {
    voxel_box seen;                 ///< everything outside it becomes padding
    voxel_box whole;                ///< what must lie within a slice
    voxel_box sliced;               ///< slices are laid through this box, along the slice axis
    std::array<double, 3> centre{}; ///< voxel coordinates of the middle of every slice
};

} // namespace facet

namespace facet::crop {

/// Each vertebra by itself: its own box and a margin of context around it, air beyond. Slices cover the vertebra, not the margin; the
/// vertebra must fit into a slice, its margin need not.
struct vertebra_box {
    millimetres margin{5};
    using role = facet::role::crop;

    [[nodiscard]] crop_region operator()(const spine_layout& spine, vertebra_id id) const {
        const auto& own = spine.boxes.at(id.value);
        crop_region region{own, own, own, {own.middle(0), own.middle(1), own.middle(2)}};
        for (std::size_t a = 0; a < 3; ++a) {
            const auto voxels = static_cast<std::ptrdiff_t>(std::lround(margin.value / spine.grid.spacing[a]));
            region.seen.low[a] -= voxels;
            region.seen.high[a] += voxels;
        }
        return region;
    }
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(self.margin.value >= 0 && self.margin.value <= 100, "facet: crop::vertebra_box{.margin} is a length of context, 0 to 100 mm");
    }
};

/// One frame for the whole spine: every slice is centred on the same line from head to feet, and each vertebra owns the stretch up to
/// half-way to its neighbours, so that axial slices continue from one vertebra to the next. Everything within the field of view is seen.
struct spine_frame {
    millimetres field_of_view{160};
    using role = facet::role::crop;

    [[nodiscard]] crop_region operator()(const spine_layout& spine, vertebra_id id) const {
        const auto& own = spine.boxes.at(id.value);
        crop_region region{own, own, own, {own.middle(0), own.middle(1), own.middle(2)}};
        for (const auto axis : {spine.axes.left.index, spine.axes.back.index}) region.centre[axis] = common_middle(spine, axis);
        stretch_to_neighbours(spine, id, region.sliced);
        for (std::size_t a = 0; a < 3; ++a) {
            const double half = 0.5 * (field_of_view.value / spine.grid.spacing[a] - 1);
            region.seen.low[a] = static_cast<std::ptrdiff_t>(std::ceil(region.centre[a] - half));
            region.seen.high[a] = static_cast<std::ptrdiff_t>(std::floor(region.centre[a] + half));
            region.whole.low[a] = std::min(own.low[a], region.seen.low[a]);
            region.whole.high[a] = std::max(own.high[a], region.seen.high[a]);
        }
        return region;
    }
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(self.field_of_view.value >= 20 && self.field_of_view.value <= 500, "facet: crop::spine_frame{.field_of_view} is the side of what is seen, 20 to 500 mm");
    }

private:
    /// The middle of the box around all wanted vertebrae.
    static double common_middle(const spine_layout& spine, std::size_t axis) {
        double low = 1e9, high = -1e9;
        for (const auto& [value, box] : spine.boxes) {
            if (!spine.wanted.contains({value})) continue;
            low = std::min(low, static_cast<double>(box.low[axis]));
            high = std::max(high, static_cast<double>(box.high[axis]));
        }
        return 0.5 * (low + high);
    }
    static void stretch_to_neighbours(const spine_layout& spine, vertebra_id id, voxel_box& sliced) {
        const auto axis = spine.axes.head.index;
        const auto& own = spine.boxes.at(id.value);
        for (const int neighbour : {id.value - 1, id.value + 1}) {
            const auto other = spine.boxes.find(neighbour);
            if (other == spine.boxes.end()) continue;
            const auto border = static_cast<std::ptrdiff_t>(std::floor(0.5 * (own.middle(axis) + other->second.middle(axis))));
            if (other->second.middle(axis) < own.middle(axis)) sliced.low[axis] = border + 1;
            else sliced.high[axis] = border;
        }
    }
};

} // namespace facet::crop

namespace facet {
template <> inline constexpr auto default_policy<role::crop> = crop::vertebra_box{};
} // namespace facet
