#pragma once

#include <cmath>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then the rate shrinks by the same factor in every step, from the peak to `final_fraction` of it at the end of the run.
struct exponential {
    using role = facet::role::schedule;

    double final_fraction = 0.01; ///< of the peak learning rate
    std::int64_t warmup_steps = 0;

    [[nodiscard]] double operator()(std::int64_t step, std::int64_t steps) const {
        const auto p = progress_at(step, steps, warmup_steps);
        return p.warmup * std::pow(final_fraction, p.rest);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.final_fraction && self.final_fraction <= 1, "facet: schedule::exponential needs 0 < final_fraction <= 1: a power never reaches 0; 0.01 is usual");
        static_assert(warmup_ends<self, e>, "facet: schedule::exponential needs 0 <= warmup_steps < budget.steps");
    }
};

static_assert(policy<exponential>);

} // namespace facet::schedule
