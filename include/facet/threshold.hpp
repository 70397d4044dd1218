#pragma once

#include <facet/threshold/concept.hpp>
#include <facet/threshold/cost.hpp>
#include <facet/threshold/exact.hpp>
#include <facet/threshold/fixed.hpp>
#include <facet/threshold/grid.hpp>
#include <facet/threshold/log_grid.hpp>
#include <facet/threshold/search.hpp>
#include <facet/threshold/sensitivity_at_least.hpp>
#include <facet/threshold/youden.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::threshold> = threshold::exact<>{};

} // namespace facet
