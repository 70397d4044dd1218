#include <facet/evaluate/operating_point.hpp>

#include "support/test.hpp"

using namespace facet;

TEST_CASE("an operating point has the highest Youden index, half-way to the next lower score") {
    const std::vector<double> score{0.9, 0.8, 0.6, 0.4, 0.2, 0.1};
    const std::vector<std::uint8_t> truth{1, 1, 0, 1, 0, 0};
    // >= 0.8: 2/3 - 0; >= 0.4: 1 - 1/3: equal, the strictest is kept
    const auto point = fit_operating_point(score, truth);
    REQUIRE(point);
    CHECK(point->youden == Approx(2.0 / 3));
    CHECK(point->value == Approx(0.7));
    CHECK_FALSE(point->at_edge);
}

TEST_CASE("an operating point at the highest or lowest score says so") {
    const std::vector<double> score{0.9, 0.5, 0.4};
    CHECK(fit_operating_point(score, std::vector<std::uint8_t>{1, 0, 0})->at_edge);
    CHECK(fit_operating_point(score, std::vector<std::uint8_t>{0, 1, 0})->youden == Approx(0.5));
}

TEST_CASE("without a positive or without a negative case there is no operating point") {
    CHECK_FALSE(fit_operating_point(std::vector<double>{0.3, 0.4}, std::vector<std::uint8_t>{0, 0}));
    CHECK_FALSE(fit_operating_point(std::vector<double>{0.3, 0.4}, std::vector<std::uint8_t>{1, 1}));
    CHECK_FALSE(fit_operating_point({}, {}));
}

TEST_CASE("equal scores are never parted by an operating point") {
    const auto point = fit_operating_point(std::vector<double>{0.5, 0.5, 0.5, 0.1}, std::vector<std::uint8_t>{1, 1, 0, 0});
    REQUIRE(point);
    CHECK(point->value == Approx(0.3));
    CHECK(point->youden == Approx(0.5));
}
