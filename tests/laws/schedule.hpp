#pragma once

// What every schedule promises. Included after support/test.hpp.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/schedule/concept.hpp>

namespace laws {

template <facet::schedule::policy Schedule> std::vector<double> factors(const Schedule& policy, std::int64_t steps) {
    std::vector<double> out;
    for (std::int64_t step = 0; step < steps; ++step) out.push_back(policy(step, steps));
    return out;
}

/// `last` is what the factor has come to at the end of 2000 steps.
template <facet::schedule::policy Schedule> void schedule(const Schedule& policy, double last) {
    // A factor is in (0, 1] for runs of any length, and depends on nothing but the step.
    for (const std::int64_t steps : {1, 2, 3, 20, 59, 2000}) {
        INFO(steps << " steps");
        const auto all = factors(policy, steps);
        CHECK(std::ranges::all_of(all, [](double f) { return f > 0 && f <= 1; }));
        std::vector<double> backwards;
        for (auto step = steps; step-- > 0;) backwards.push_back(policy(step, steps));
        std::ranges::reverse(backwards);
        CHECK(backwards == all);
    }
    CHECK(policy(1999, 2000) == Approx(last).margin(1e-3));

    // A warm-up rises in a straight line from its first value to the peak; then comes what a shorter run without one does, without a jump.
    if constexpr (requires { policy.warmup_steps; }) {
        auto cold = policy, warm = policy;
        cold.warmup_steps = 0;
        for (const std::int64_t n : {1, 10, 400}) {
            INFO("a warm-up of " << n << " steps");
            warm.warmup_steps = n;
            const auto all = factors(warm, 2000), rest = factors(cold, 2000 - n);
            for (std::int64_t step = 0; step < n; ++step) CHECK(all[static_cast<std::size_t>(step)] == Approx(static_cast<double>(step + 1) / static_cast<double>(n)));
            CHECK(std::ranges::equal(std::span{all}.subspan(static_cast<std::size_t>(n)), rest));
            CHECK(std::abs(warm(n, 2000) - warm(n - 1, 2000)) <= 1 / static_cast<double>(n));
            for (const std::int64_t steps : {2, 20, 59}) CHECK(warm(std::min(n, steps / 2) - 1, steps) == 1); // a run cut short: at most half of it
        }
    }
}

/// After its warm-up it never rises.
template <facet::schedule::policy Schedule> void falling(Schedule policy) {
    for (const std::int64_t warmup : {0, 30}) {
        policy.warmup_steps = warmup;
        for (const std::int64_t steps : {1, 2, 20, 59, 2000}) {
            INFO(steps << " steps");
            const auto all = factors(policy, steps);
            CHECK(std::ranges::is_sorted(std::span{all}.subspan(static_cast<std::size_t>(std::min(warmup, steps / 2))), std::greater{}));
        }
    }
}

/// What follows the run is a function of the scores told: it begins at 1, never rises again, and bears with scores that always improve.
template <facet::schedule::observant Schedule> void observant(const Schedule& policy) {
    facet::rng::stream draw{facet::rng::key(4)};
    std::vector<double> noise, improving;
    for (int epoch = 0; epoch < 200; ++epoch) {
        noise.push_back(draw.happens(0.1) ? std::numeric_limits<double>::quiet_NaN() : draw.uniform());
        improving.push_back(0.001 * std::pow(1.02, epoch));
    }
    std::vector<double> after{1};
    for (std::size_t n = 0; n <= noise.size(); ++n) after.push_back(policy.after(std::span{noise}.first(n)));
    CHECK(after[1] == 1);
    CHECK(after.back() < 1);
    CHECK(after.back() > 0);
    CHECK(std::ranges::is_sorted(after, std::greater{}));
    CHECK(policy.after(improving) == 1);
    CHECK(policy.after(noise) == after.back());
    for (std::size_t n = noise.size() + 1; n-- > 0;) CHECK(policy.after(std::span{noise}.first(n)) == after[n + 1]);
}

} // namespace laws
