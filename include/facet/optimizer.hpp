#pragma once

#include <facet/optimizer/adam.hpp>
#include <facet/optimizer/adamw.hpp>
#include <facet/optimizer/concept.hpp>
#include <facet/optimizer/lion.hpp>
#include <facet/optimizer/rmsprop.hpp>
#include <facet/optimizer/sgd.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::optimizer> = optimizer::adamw{};

} // namespace facet
