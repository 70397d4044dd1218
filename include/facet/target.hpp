#pragma once

#include <facet/target/concept.hpp>
#include <facet/target/distance_maps.hpp>
#include <facet/target/masks.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::target> = target::masks{};

} // namespace facet
