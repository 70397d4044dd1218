#pragma once

#include <cmath>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then the rate is multiplied by `factor` after every `every` steps.
struct step {
    using role = facet::role::schedule;

    std::int64_t every = 20'000; ///< steps
    double factor = 0.1;
    std::int64_t warmup_steps = 0;

    [[nodiscard]] double operator()(std::int64_t now, std::int64_t steps) const {
        const auto p = progress_at(now, steps, warmup_steps);
        return p.warmup * std::pow(factor, static_cast<double>(p.step / every));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.every > 0, "facet: schedule::step needs every > 0, the steps between two reductions");
        static_assert(0 < self.factor && self.factor < 1, "facet: schedule::step needs 0 < factor < 1; write schedule::constant{} to leave the rate as it is");
        static_assert(warmup_ends<self, e>, "facet: schedule::step needs 0 <= warmup_steps < budget.steps");
    }
};

static_assert(policy<step>);

} // namespace facet::schedule
