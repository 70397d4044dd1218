#pragma once

#include <cmath>
#include <numbers>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then half a cosine down to `final_fraction` of the peak (Loshchilov and Hutter, 2017, arXiv:1608.03983).
struct cosine {
    using role = facet::role::schedule;

    std::int64_t warmup_steps = 0;
    double final_fraction = 0; ///< of the peak learning rate

    [[nodiscard]] double operator()(std::int64_t step, std::int64_t steps) const {
        const auto p = progress_at(step, steps, warmup_steps);
        return p.warmup * (final_fraction + (1 - final_fraction) * 0.5 * (1 + std::cos(std::numbers::pi * p.rest)));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(warmup_ends<self, e>,
                      "facet: schedule::cosine needs 0 <= warmup_steps < budget.steps");
        static_assert(0 <= self.final_fraction && self.final_fraction <= 1, "facet: schedule::cosine needs a final_fraction between 0 and 1");
    }
};

static_assert(policy<cosine>);

} // namespace facet::schedule
