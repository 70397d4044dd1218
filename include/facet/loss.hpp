#pragma once

#include <facet/loss/bce.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/dice.hpp>
#include <facet/loss/dice_bce.hpp>
#include <facet/loss/focal.hpp>
#include <facet/loss/focal_tversky.hpp>
#include <facet/loss/tversky.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::loss> = loss::dice_bce{};

} // namespace facet
