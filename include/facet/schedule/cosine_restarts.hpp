#pragma once

#include <cmath>
#include <numbers>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then half cosines that each begin at the peak again: SGDR (Loshchilov and Hutter, 2017, arXiv:1608.03983). Cycle i has
/// first_steps * growth^i steps.
struct cosine_restarts {
    using role = facet::role::schedule;

    std::int64_t first_steps = 10'000; ///< of the first cycle
    std::int64_t growth = 2;           ///< each cycle is so many times as long as the one before
    double final_fraction = 0;         ///< of the peak learning rate, at the end of a cycle
    std::int64_t warmup_steps = 0;

    [[nodiscard]] double operator()(std::int64_t step, std::int64_t steps) const {
        const auto p = progress_at(step, steps, warmup_steps);
        auto within = p.step, length = first_steps;
        for (; within >= length; length *= growth) within -= length;
        const double t = static_cast<double>(within) / static_cast<double>(length);
        return p.warmup * (final_fraction + (1 - final_fraction) * 0.5 * (1 + std::cos(std::numbers::pi * t)));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.first_steps > 0, "facet: schedule::cosine_restarts needs first_steps > 0, the length of the first cycle");
        static_assert(self.growth >= 1, "facet: schedule::cosine_restarts needs growth >= 1; 1 keeps all cycles equally long");
        static_assert(0 <= self.final_fraction && self.final_fraction <= 1, "facet: schedule::cosine_restarts needs a final_fraction between 0 and 1");
        static_assert(warmup_ends<self, e>, "facet: schedule::cosine_restarts needs 0 <= warmup_steps < budget.steps");
    }
};

static_assert(policy<cosine_restarts>);

} // namespace facet::schedule
