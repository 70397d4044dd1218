#pragma once

#include <facet/input/size.hpp>
#include <facet/input/windows.hpp>

namespace facet {

/// Bone at large, bone in detail, soft tissue.
template <> inline constexpr auto default_policy<role::input> = input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}};
template <> inline constexpr auto default_policy<role::size> = input::size{};

} // namespace facet
