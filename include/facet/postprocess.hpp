#pragma once

#include <facet/core/among.hpp>
#include <facet/postprocess/chain.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/postprocess/fill_holes.hpp>
#include <facet/postprocess/hysteresis.hpp>
#include <facet/postprocess/keep_largest.hpp>
#include <facet/postprocess/min_area.hpp>
#include <facet/postprocess/min_volume.hpp>
#include <facet/postprocess/none.hpp>
#include <facet/postprocess/opening.hpp>
#include <facet/postprocess/search.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::postprocess> = postprocess::none{};

} // namespace facet
