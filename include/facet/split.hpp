#pragma once

#include <concepts>
#include <cstddef>

#include <facet/core/role.hpp>

namespace facet::split {

/// What an experiment requires of the store's split.json, the only split that `train` reads.
template <class P>
concept policy = plays<P, role::split> && requires(const P& p) {
    { p.folds } -> std::convertible_to<std::size_t>;
    { p.test_patients } -> std::convertible_to<std::size_t>;
};

/// Parts are made of whole patients: a fixed test set, and folds for training and validation. A run on a store that is split otherwise
/// than required is refused.
struct patients {
    using role = facet::role::split;
    std::size_t folds = 0;         ///< that split.json must have; 0: any number
    std::size_t test_patients = 0; ///< that its test set must have; 0: any number

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.folds != 1, "facet: split::patients needs two folds or more, because one fold leaves nothing to train on; write .folds = 0 for any number");
    }
};

static_assert(policy<patients>);

} // namespace facet::split

namespace facet {

template <> inline constexpr auto default_policy<role::split> = split::patients{};

} // namespace facet
