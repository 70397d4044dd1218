#pragma once

#include <facet/schedule/concept.hpp>
#include <facet/schedule/constant.hpp>
#include <facet/schedule/cosine.hpp>
#include <facet/schedule/cosine_restarts.hpp>
#include <facet/schedule/exponential.hpp>
#include <facet/schedule/one_cycle.hpp>
#include <facet/schedule/poly.hpp>
#include <facet/schedule/reduce_on_plateau.hpp>
#include <facet/schedule/step.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::schedule> = schedule::cosine{};

} // namespace facet
