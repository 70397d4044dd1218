#pragma once

#include <facet/monitor/best.hpp>
#include <facet/monitor/concept.hpp>
#include <facet/monitor/last.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::monitor> = monitor::best<>{};

} // namespace facet
