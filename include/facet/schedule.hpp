#pragma once

#include <facet/schedule/concept.hpp>
#include <facet/schedule/constant.hpp>
#include <facet/schedule/cosine.hpp>
#include <facet/schedule/poly.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::schedule> = schedule::cosine{};

} // namespace facet
