#pragma once

#include <string_view>

#include <facet/core/role.hpp>

/// One tag per slot of a dataset recipe, as core/role.hpp has them for experiments.
namespace facet::role {

struct labels {
    static constexpr std::string_view name = "labels";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'labels'; keep labels::totalsegmentator{} or labels::verse{}"); };
};
struct levels {
    static constexpr std::string_view name = "levels";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'levels'; keep one levels{first, last}"); };
};
struct crop {
    static constexpr std::string_view name = "crop";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'crop'; keep one"); };
};
struct slices {
    static constexpr std::string_view name = "slices";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'slices'; keep one slices::axial{...}, slices::sagittal{...} or slices::coronal{...}"); };
};
struct scale {
    static constexpr std::string_view name = "scale";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'scale'; keep scale::constant{} or scale::fit{}"); };
};

/// Every slot of a recipe, in the order `describe` prints them.
using of_dataset = list<labels, levels, crop, slices, scale>;

} // namespace facet::role
