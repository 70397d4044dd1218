#pragma once

#include <facet/augment/brightness.hpp>
#include <facet/augment/chain.hpp>
#include <facet/augment/concept.hpp>
#include <facet/augment/flip.hpp>
#include <facet/augment/gamma.hpp>
#include <facet/augment/gaussian_noise.hpp>
#include <facet/augment/rotate.hpp>
#include <facet/augment/scale.hpp>
#include <facet/augment/translate.hpp>

namespace facet {

/// No augmentation.
template <> inline constexpr auto default_policy<role::augment> = augment::chain<>{};

} // namespace facet
