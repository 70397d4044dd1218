#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// Linear warm-up, then the rate stays until the monitor's score has not improved for more than `patience` epochs, and is multiplied by
/// `factor`. The first validation scores of a run decide like any other; an undefined score is no improvement.
struct reduce_on_plateau {
    using role = facet::role::schedule;

    double factor = 0.1;
    std::int64_t patience = 10;  ///< epochs without improvement that are borne
    double min_change = 1e-4;    ///< of the best score; less is no improvement
    std::int64_t cooldown = 0;   ///< epochs after a reduction that do not count
    double final_fraction = 0;   ///< of the peak learning rate; the rate does not fall below
    std::int64_t warmup_steps = 0;

    [[nodiscard]] constexpr double operator()(std::int64_t step, std::int64_t steps) const { return progress_at(step, steps, warmup_steps).warmup; }

    [[nodiscard]] double after(std::span<const double> scores) const {
        double best = -std::numeric_limits<double>::infinity(), fraction = 1;
        std::int64_t bad = 0, rest = 0;
        for (const double score : scores) {
            if (std::isfinite(score) && (std::isinf(best) || score > best + std::abs(best) * min_change)) best = score, bad = 0;
            else ++bad;
            if (rest > 0) --rest, bad = 0;
            if (bad <= patience) continue;
            fraction = std::max(fraction * factor, final_fraction);
            rest = cooldown;
            bad = 0;
        }
        return fraction;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.factor && self.factor < 1, "facet: schedule::reduce_on_plateau needs 0 < factor < 1; 0.1 is usual");
        static_assert(self.patience >= 0 && self.cooldown >= 0, "facet: schedule::reduce_on_plateau needs patience >= 0 and cooldown >= 0, counted in epochs");
        static_assert(self.min_change >= 0, "facet: schedule::reduce_on_plateau needs min_change >= 0, a share of the best score");
        static_assert(0 <= self.final_fraction && self.final_fraction <= 1, "facet: schedule::reduce_on_plateau needs a final_fraction between 0 and 1");
        static_assert(warmup_ends<self, e>, "facet: schedule::reduce_on_plateau needs 0 <= warmup_steps < budget.steps");
        static_assert(!get<facet::role::monitor>(e).name.empty(), "facet: schedule::reduce_on_plateau waits for the monitor's score, and this monitor has none; write for example "
                                                                  "monitor::best{metric::pr_auc{}}");
    }
};

static_assert(observant<reduce_on_plateau>);

} // namespace facet::schedule
