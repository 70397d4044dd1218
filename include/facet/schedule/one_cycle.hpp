#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include <facet/core/experiment.hpp>
#include <facet/schedule/concept.hpp>

namespace facet::schedule {

/// One rise and one fall, each half a cosine (Smith and Topin, 2018, arXiv:1708.07120, in fastai's form). It is its own warm-up. The
/// momentum stays as it is.
struct one_cycle {
    using role = facet::role::schedule;

    double rise = 0.3;            ///< share of the run in which the rate rises
    double first_fraction = 0.04; ///< of the peak learning rate, in the first step
    double final_fraction = 4e-6; ///< of the peak learning rate, in the last step

    [[nodiscard]] double operator()(std::int64_t step, std::int64_t steps) const {
        const double last = static_cast<double>(std::max<std::int64_t>(1, steps - 1)), now = static_cast<double>(step);
        const double top = std::clamp(rise * static_cast<double>(steps) - 1, 0.0, last);
        if (now <= top) return between(first_fraction, 1, top > 0 ? now / top : 1);
        return between(1, final_fraction, (now - top) / (last - top));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.rise && self.rise < 1, "facet: schedule::one_cycle needs 0 < rise < 1, the share of the run in which the rate rises; 0.3 is usual");
        static_assert(0 < self.first_fraction && self.first_fraction <= 1 && 0 <= self.final_fraction && self.final_fraction <= 1,
                      "facet: schedule::one_cycle needs first_fraction in (0, 1] and final_fraction in [0, 1], fractions of the peak learning rate");
    }

private:
    static double between(double from, double to, double t) { return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * t)); }
};

static_assert(policy<one_cycle>);

} // namespace facet::schedule
