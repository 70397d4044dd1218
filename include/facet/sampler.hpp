#pragma once

#include <facet/sampler/balanced.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/natural.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::sampler> = sampler::balanced{};

} // namespace facet
