#include <facet/schedule.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "laws/schedule.hpp"

using namespace facet;

TEST_CASE("every schedule keeps the schedule laws", "[schedule][laws]") {
    laws::schedule(schedule::constant{}, 1);
    laws::schedule(schedule::cosine{}, 0);
    laws::schedule(schedule::cosine{.final_fraction = 0.1}, 0.1);
    laws::schedule(schedule::poly{}, std::pow(1. / 2000, 0.9));
    laws::schedule(schedule::poly{.exponent = 3}, 0);
    laws::schedule(schedule::exponential{}, 0.01);
    laws::schedule(schedule::exponential{.final_fraction = 1}, 1);
    laws::schedule(schedule::step{.every = 600, .factor = 0.5}, 0.125); // after 600, 1200 and 1800 steps
    laws::schedule(schedule::cosine_restarts{.first_steps = 500, .growth = 1}, 0);
    laws::schedule(schedule::cosine_restarts{.first_steps = 2, .growth = 3, .final_fraction = 0.2}, 0.2 + 0.8 * 0.5 * (1 + std::cos(std::numbers::pi * 1271 / 1458))); // cycles begin at 2, 8, 26, 80, 242, 728
    laws::schedule(schedule::one_cycle{}, 4e-6);
    laws::schedule(schedule::one_cycle{.rise = 0.9, .first_fraction = 1, .final_fraction = 0.3}, 0.3);
    laws::schedule(schedule::reduce_on_plateau{}, 1);
}

TEMPLATE_TEST_CASE("after the warm-up no schedule rises but those that are made to", "[schedule][laws]", schedule::constant, schedule::cosine, schedule::poly, schedule::step,
                   schedule::exponential, schedule::reduce_on_plateau) {
    laws::falling(TestType{});
}

TEST_CASE("a schedule that follows the run keeps the laws of those", "[schedule][laws]") {
    laws::observant(schedule::reduce_on_plateau{});
    laws::observant(schedule::reduce_on_plateau{.factor = 0.5, .patience = 0, .cooldown = 4, .final_fraction = 0.01});
    laws::observant(schedule::reduce_on_plateau{.factor = 0.9, .patience = 3, .min_change = 0});
}

TEST_CASE("one_cycle rises from its first fraction to the peak and falls to its final fraction", "[schedule]") {
    const auto all = laws::factors(schedule::one_cycle{.rise = 0.25, .first_fraction = 0.1, .final_fraction = 0.01}, 200);
    CHECK(all.front() == Approx(0.1));
    CHECK(all[49] == 1); // the last step of the first quarter
    CHECK(all.back() == Approx(0.01));
    CHECK(std::ranges::is_sorted(all.begin(), all.begin() + 50));
    CHECK(std::ranges::is_sorted(all.begin() + 49, all.end(), std::greater{}));
}
