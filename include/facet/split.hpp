#pragma once

#include <concepts>

#include <facet/core/role.hpp>

namespace facet::split {

/// What an experiment requires of the store's split.json, the only split that `train` reads.
template <class P>
concept policy = plays<P, role::split> && requires {
    { P::requires_fold } -> std::convertible_to<bool>;
};

/// Parts are made of whole patients: a fixed test set, and folds for training and validation.
struct patients {
    using role = facet::role::split;
    static constexpr bool requires_fold = true;
};

static_assert(policy<patients>);

} // namespace facet::split

namespace facet {

template <> inline constexpr auto default_policy<role::split> = split::patients{};

} // namespace facet
