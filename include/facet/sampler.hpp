#pragma once

#include <facet/sampler/annealed.hpp>
#include <facet/sampler/balanced.hpp>
#include <facet/sampler/by.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/hard_negatives.hpp>
#include <facet/sampler/natural.hpp>
#include <facet/sampler/sequences.hpp>
#include <facet/sampler/vertebra.hpp>
#include <facet/sampler/weighted.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::sampler> = sampler::balanced{};

} // namespace facet
