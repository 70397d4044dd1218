#pragma once

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// The same learning rate throughout, after a linear warm-up.
struct constant {
    using role = facet::role::schedule;

    std::int64_t warmup_steps = 0;

    [[nodiscard]] constexpr double operator()(std::int64_t step, std::int64_t steps) const { return progress_at(step, steps, warmup_steps).warmup; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(warmup_ends<self, e>,
                      "facet: schedule::constant needs 0 <= warmup_steps < budget.steps");
    }
};

static_assert(policy<constant>);

} // namespace facet::schedule
