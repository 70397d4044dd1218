#pragma once

#include <cmath>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then (1 - progress)^exponent, as nnU-Net uses it, but per step.
struct poly {
    using role = facet::role::schedule;

    double exponent = 0.9;
    std::int64_t warmup_steps = 0;

    [[nodiscard]] double operator()(std::int64_t step, std::int64_t steps) const {
        const auto p = progress_at(step, steps, warmup_steps);
        return p.warmup * std::pow(1 - p.rest, exponent);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent > 0, "facet: schedule::poly needs exponent > 0; 0.9 is usual");
        static_assert(warmup_ends<self, e>,
                      "facet: schedule::poly needs 0 <= warmup_steps < budget.steps");
    }
};

static_assert(policy<poly>);

} // namespace facet::schedule
