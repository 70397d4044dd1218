#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include <facet/core/role.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/threshold/concept.hpp>

namespace facet::monitor {

/// Which checkpoints to keep. `monitor(scores, choice)` judges an epoch by its validation scores, larger is better, empty where undefined;
/// `choice` is the threshold found on them. `name` goes into the names of the files; an empty one keeps the last epochs.
template <class P>
concept policy = plays<P, role::monitor> && requires(const P& p, const score_histogram& h, const threshold::choice& t) {
    { p(h, t) } -> std::same_as<std::optional<double>>;
    { P::name } -> std::convertible_to<std::string_view>;
    { p.keep } -> std::convertible_to<int>;
};

} // namespace facet::monitor
