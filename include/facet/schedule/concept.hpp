#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

#include <facet/core/role.hpp>

namespace facet::schedule {

/// `schedule(step, steps)` is the factor on the optimiser's learning rate in step 0, ..., steps-1 of a run of `steps`.
template <class P>
concept policy = plays<P, role::schedule> && requires(const P& p, std::int64_t step) {
    { p(step, step) } -> std::convertible_to<double>;
};

/// Where a run stands: the factor of a linear warm-up, and how much of the rest has passed, in [0, 1).
struct progress {
    double warmup = 1;
    double rest = 0;
};

/// The warm-up reaches 1 in its last step. A trial run cut short by `--steps` warms up for at most half of its steps.
[[nodiscard]] constexpr progress progress_at(std::int64_t step, std::int64_t steps, std::int64_t warmup_steps) {
    const auto warm = std::min(warmup_steps, steps / 2);
    if (step < warm) return {static_cast<double>(step + 1) / static_cast<double>(warm), 0};
    return {1, static_cast<double>(step - warm) / static_cast<double>(std::max<std::int64_t>(1, steps - warm))};
}

} // namespace facet::schedule
