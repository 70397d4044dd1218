#pragma once

#include <type_traits>

#include <facet/core/experiment.hpp>
#include <facet/threshold/concept.hpp>

namespace facet::postprocess::detail {

/// Alternatives are compared by the objective of the threshold search of `e`; one alternative needs no comparison.
template <const auto& self, const auto& e>
inline constexpr bool can_compare = self.alternatives() == 1 || threshold::searches<std::remove_cvref_t<decltype(get<role::threshold>(e))>>;

} // namespace facet::postprocess::detail
