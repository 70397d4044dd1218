#pragma once

#include <facet/core/role.hpp>
#include <facet/threshold.hpp>

namespace facet {

/// From which score a slice, vertebra or patient is called fractured: the search, fitted on the validation scores of each of these levels by
/// itself. A search that counts pixels when it stands alone counts slices, vertebrae or patients here:
/// `operating_point{threshold::sensitivity_at_least{.value = 0.9}}` finds nine fractured vertebrae in ten.
template <class Search = threshold::youden> struct operating_point {
    using role = facet::role::operating_point;
    static_assert(threshold::policy<Search>, "facet: operating_point{...} takes a threshold search, for example operating_point{threshold::youden{}}");

    Search search{};
};
template <class Search> operating_point(Search) -> operating_point<Search>;

namespace detail {
template <class P> inline constexpr bool is_operating_point = false;
template <class Search> inline constexpr bool is_operating_point<operating_point<Search>> = true;
template <class P> inline constexpr bool searches_point = false; // what takes no search has had its sentence already
template <class Search> inline constexpr bool searches_point<operating_point<Search>> = threshold::policy<Search>;
} // namespace detail

/// Youden's index does not depend on how rare fractures are.
template <> inline constexpr auto default_policy<role::operating_point> = operating_point<>{};

} // namespace facet
