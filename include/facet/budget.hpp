#pragma once

#include <cstdint>

#include <facet/core/role.hpp>

namespace facet {

/// How long a run is. Steps of the optimiser, not epochs: variants with different samplers stay comparable.
struct budget {
    using role = facet::role::budget;

    std::int64_t steps = 80'000;
    std::int64_t batch = 32; ///< slices in a step

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.steps > 0, "facet: budget needs steps > 0");
        static_assert(self.batch > 0, "facet: budget needs batch > 0, the number of slices in a step");
    }
};

template <> inline constexpr auto default_policy<role::budget> = budget{};

} // namespace facet
