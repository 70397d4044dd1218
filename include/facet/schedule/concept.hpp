#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>

#include <facet/core/role.hpp>

namespace facet::schedule {

/// `schedule(step, steps)` is the factor on the optimiser's learning rate in step 0, ..., steps-1 of a run of `steps`.
template <class P>
concept policy = plays<P, role::schedule> && requires(const P& p, std::int64_t step) {
    { p(step, step) } -> std::convertible_to<double>;
};

/// A schedule that follows the run also says by how much the results of all validations so far lower the rate. `scores` holds what the
/// monitor said after each epoch, larger is better, NaN where it was undefined. A pure function of them, so that a run resumes exactly.
template <class P>
concept observant = policy<P> && requires(const P& p, std::span<const double> scores) {
    { p.after(scores) } -> std::convertible_to<double>;
};

/// Where a run stands: the factor of a linear warm-up, and how much of the rest has passed, in [0, 1).
struct progress {
    double warmup = 1;
    double rest = 0;
    std::int64_t step = 0;  ///< counted from the end of the warm-up
    std::int64_t steps = 1; ///< after the warm-up
};

/// The warm-up reaches 1 in its last step. A trial run cut short by `--steps` warms up for at most half of its steps.
[[nodiscard]] constexpr progress progress_at(std::int64_t step, std::int64_t steps, std::int64_t warmup_steps) {
    const auto warm = std::min(warmup_steps, steps / 2), rest = std::max<std::int64_t>(1, steps - warm);
    if (step < warm) return {.warmup = static_cast<double>(step + 1) / static_cast<double>(warm), .steps = rest};
    return {.rest = static_cast<double>(step - warm) / static_cast<double>(rest), .step = step - warm, .steps = rest};
}

/// Whether the warm-up of a schedule ends before its run does; a budget without steps has a sentence of its own.
template <const auto& self, const auto& e>
inline constexpr bool warmup_ends = get<facet::role::budget>(e).steps < 1 || (0 <= self.warmup_steps && self.warmup_steps < get<facet::role::budget>(e).steps);

} // namespace facet::schedule
