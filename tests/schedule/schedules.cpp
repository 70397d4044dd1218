#include <facet/schedule.hpp>

#include "support/test.hpp"

#include <cmath>
#include <numbers>

using namespace facet;

TEST_CASE("warm-up rises linearly and reaches the peak in its last step", "[schedule]") {
    constexpr schedule::constant s{.warmup_steps = 4};
    CHECK(s(0, 100) == 0.25);
    CHECK(s(1, 100) == 0.5);
    CHECK(s(3, 100) == 1);
    CHECK(s(4, 100) == 1);
    CHECK(s(99, 100) == 1);
}

TEST_CASE("cosine falls from the peak over one half in the middle to its final fraction", "[schedule]") {
    constexpr schedule::cosine s{.warmup_steps = 0, .final_fraction = 0};
    CHECK(s(0, 100) == 1);
    CHECK(s(50, 100) == Approx(0.5));
    CHECK(s(25, 100) == Approx(0.5 * (1 + std::numbers::sqrt2 / 2)));
    CHECK(s(99, 100) == Approx(0.5 * (1 + std::cos(std::numbers::pi * 0.99))));
    constexpr schedule::cosine warm{.warmup_steps = 20, .final_fraction = 0.1};
    CHECK(warm(19, 120) == 1);
    CHECK(warm(20, 120) == 1);
    CHECK(warm(70, 120) == Approx(0.55));
    CHECK(warm(119, 120) > 0.1);
    CHECK(warm(119, 120) < 0.101);
}

TEST_CASE("poly is nnU-Net's (1 - t)^0.9", "[schedule]") {
    constexpr schedule::poly s{};
    CHECK(s(0, 1000) == 1);
    CHECK(s(500, 1000) == Approx(std::pow(0.5, 0.9)));
    CHECK(s(999, 1000) == Approx(std::pow(0.001, 0.9)));
}

TEST_CASE("cosine_restarts is at its peak where a cycle of 8, 16, 32 steps begins", "[schedule]") {
    constexpr schedule::cosine_restarts s{.first_steps = 8, .growth = 2};
    for (const std::int64_t step : {0, 8, 24, 56}) CHECK(s(step, 200) == 1);
    for (const std::int64_t step : {7, 23, 55}) CHECK(s(step, 200) < 0.05);
}
