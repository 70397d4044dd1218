#include <facet/evaluate/fitted_point.hpp>

#include "support/test.hpp"

#include <vector>

#include <facet/metric.hpp>
#include <facet/threshold.hpp>

using namespace facet;

namespace {

template <class Search> std::optional<fitted_point> fitted(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth) {
    return fit_point(scores, truth, [](const score_histogram& h) { return Search{}(h); });
}
using youden = threshold::youden;

} // namespace

TEST_CASE("an operating point has the highest Youden index, half-way to the next lower score") {
    const std::vector<double> score{0.9, 0.8, 0.6, 0.4, 0.2, 0.1};
    const std::vector<std::uint8_t> truth{1, 1, 0, 1, 0, 0};
    // >= 0.8: 2/3 - 0; >= 0.4: 1 - 1/3: equal, the strictest is kept
    const auto point = fitted<youden>(score, truth);
    REQUIRE(point);
    CHECK(point->objective.value() == Approx(2.0 / 3));
    CHECK(point->value == Approx(0.7));
    CHECK_FALSE(point->at_edge);
}

TEST_CASE("each search has an operating point of its own") {
    const std::vector<double> score{0.99, 0.95, 0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1};
    const std::vector<std::uint8_t> truth{1, 0, 1, 0, 0, 1, 0, 0, 0, 0};
    const auto f1 = fitted<threshold::exact<metric::f1>>(score, truth);
    CHECK(f1->value == Approx(0.8)); // 2 of 3 found, 1 of 7 called wrongly: 4 / 6; all found: 6 / 9, which is no better
    CHECK(f1->objective.value() == Approx(2.0 / 3));
    const auto all = fit_point(score, truth, [](const score_histogram& h) { return threshold::sensitivity_at_least{.value = 1}(h); });
    CHECK(all->value == Approx(0.45));
    const auto fixed = fit_point(score, truth, [](const score_histogram& h) { return threshold::fixed{.value = 0.65}(h); });
    CHECK(fixed->value == Approx(0.65));
    CHECK_FALSE(fixed->objective);
}

TEST_CASE("an operating point at the highest or lowest score says so") {
    const std::vector<double> score{0.9, 0.5, 0.4};
    CHECK(fitted<youden>(score, {1, 0, 0})->at_edge);
    CHECK(fitted<youden>(score, {0, 1, 0})->objective.value() == Approx(0.5));
}

TEST_CASE("without a positive or without a negative case there is no operating point") {
    CHECK_FALSE(fitted<youden>({0.3, 0.4}, {0, 0}));
    CHECK_FALSE(fitted<youden>({0.3, 0.4}, {1, 1}));
    CHECK_FALSE(fitted<youden>({}, {}));
}

TEST_CASE("equal scores are never parted by an operating point") {
    const auto point = fitted<youden>({0.5, 0.5, 0.5, 0.1}, {1, 1, 0, 0});
    REQUIRE(point);
    CHECK(point->value == Approx(0.3));
    CHECK(point->objective.value() == Approx(0.5));
}

TEST_CASE("scores of 0 and 1 have their place") {
    const auto point = fitted<youden>({1, 1, 0.2, 0}, {1, 1, 0, 0});
    REQUIRE(point);
    CHECK(point->value == Approx(0.6));
    CHECK(point->objective.value() == Approx(1));
}
