#include <facet/core/fast_math.hpp>

#include "support/test.hpp"

#include <cmath>
#include <limits>
#include <numbers>

using namespace facet;

TEST_CASE("fast functions are those of the standard library to fp32", "[core][fast_math]") {
    double of_log = 0, of_pow = 0, of_turn = 0, of_sqrt = 0;
    for (int i = 1; i < 200'000; ++i) {
        const double u = i / 200'000.0;
        const auto small = static_cast<float>(u), wide = static_cast<float>(std::exp(u * 160 - 80)), power = static_cast<float>(0.4 + 2 * u);
        of_log = std::max({of_log, std::abs(fast::log(small) - std::log(static_cast<double>(small))), std::abs(fast::log(wide) / std::log(static_cast<double>(wide)) - 1) * 1e-1});
        for (const float p : {power, 0.8f, 1.25f}) of_pow = std::max(of_pow, std::abs(fast::pow(small, p) - std::pow(static_cast<double>(small), static_cast<double>(p))));
        of_sqrt = std::max(of_sqrt, std::abs(fast::sqrt(wide) / std::sqrt(static_cast<double>(wide)) - 1));
        float c, s;
        fast::turn(small, c, s);
        of_turn = std::max({of_turn, std::abs(c - std::cos(2 * std::numbers::pi * small)), std::abs(s - std::sin(2 * std::numbers::pi * small))});
    }
    CHECK(of_log < 2e-6); // of numbers up to 12
    CHECK(of_pow < 3e-7);
    CHECK(of_turn < 3e-7);
    CHECK(of_sqrt < 3e-7);
    double of_exp = 0, of_log1p = 0;
    for (int i = 0; i < 200'000; ++i) {
        const double u = i / 200'000.0;
        const auto decay = static_cast<float>(-87 * u), share = static_cast<float>(u), tiny = static_cast<float>(std::exp(-80 * u));
        of_exp = std::max(of_exp, std::abs(fast::exp_of_negative(decay) / std::exp(static_cast<double>(decay)) - 1));
        for (const float x : {share, tiny})
            if (x > 0) of_log1p = std::max(of_log1p, std::abs(fast::log1p_of_share(x) / std::log1p(static_cast<double>(x)) - 1));
    }
    CHECK(of_exp < 3e-7);
    CHECK(of_log1p < 3e-7);
    CHECK(fast::exp_of_negative(0) == 1);
    CHECK(fast::exp_of_negative(-1e30f) == fast::exp_of_negative(-87));
    CHECK(std::isnan(fast::exp_of_negative(std::numeric_limits<float>::quiet_NaN())));
    CHECK(fast::log1p_of_share(0) == 0);
    CHECK(fast::log(1) == 0);
    CHECK(fast::pow(1, 0.8f) == 1);
    CHECK(fast::pow(0, 0.8f) == 0);
    CHECK(fast::pow(1e-30f, 2.5f) < 1e-37f);
    CHECK(fast::pow(1e-30f, 2.5f) >= 0);
}
