#pragma once

#include <cstdint>

#include <facet/core/role.hpp>

namespace facet {

/// How long a run is. Steps of the optimiser, not epochs: variants with different samplers stay comparable.
struct budget {
    using role = facet::role::budget;

    std::int64_t steps = 80'000;
    std::int64_t batch = 32;     ///< slices in a step
    std::int64_t accumulate = 1; ///< parts that a batch goes through the network in, one after the other: less memory, the mean of their gradients

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.steps > 0, "facet: budget needs steps > 0");
        static_assert(self.batch > 0, "facet: budget needs batch > 0, the number of slices in a step");
        static_assert(self.accumulate > 0, "facet: budget needs accumulate > 0, the number of parts a batch goes through the network in");
        static_assert(self.batch < 1 || self.accumulate < 1 || self.batch % self.accumulate == 0, "facet: budget needs a batch that accumulate divides, so that its parts are equally large");
    }
};

template <> inline constexpr auto default_policy<role::budget> = budget{};

} // namespace facet
