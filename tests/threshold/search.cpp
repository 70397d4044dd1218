#include <facet/threshold.hpp>

#include "support/test.hpp"

#include <cmath>

#include <facet/metric.hpp>

using namespace facet;

namespace {

float logit(double p) { return static_cast<float>(std::log(p / (1 - p))); }

void add(score_histogram& h, double p, std::int64_t positives, std::int64_t negatives) {
    h.positive[score_histogram::bin_of(logit(p))] += positives;
    h.negative[score_histogram::bin_of(logit(p))] += negatives;
}

/// 1,000 positive and 1,000,000 negative pixels with precision/recall 0.909/0.100, 0.500/0.500, 0.138/0.800, 0.019/0.950 at
/// thresholds 0.5, 0.1, 0.01, 0.001: that is 100, 500, 800, 950 hits and 10, 500, 5,000, 49,050 false alarms.
score_histogram worked_example() {
    score_histogram h;
    add(h, 0.501, 100, 10);
    add(h, 0.101, 400, 490);
    add(h, 0.0101, 300, 4'500);
    add(h, 0.00101, 150, 44'050);
    add(h, 0.0001, 50, 950'950);
    return h;
}

} // namespace

TEST_CASE("in the worked example of the diary the best F1 is at 0.1, not at 0.01", "[threshold]") {
    auto h = worked_example();
    REQUIRE(count_classes(h).positive == 1'000);
    REQUIRE(count_classes(h).negative == 1'000'000);

    const auto at = [&](double p) { return confusion_at(h, score_histogram::bin_of_probability(p)); };
    CHECK(metric::precision{}(at(0.5)).value() == Approx(0.909).margin(5e-4));
    CHECK(metric::recall{}(at(0.5)).value() == Approx(0.100));
    CHECK(metric::precision{}(at(0.1)).value() == Approx(0.500));
    CHECK(metric::recall{}(at(0.1)).value() == Approx(0.500));
    CHECK(metric::precision{}(at(0.01)).value() == Approx(0.138).margin(5e-4));
    CHECK(metric::recall{}(at(0.01)).value() == Approx(0.800));
    CHECK(metric::precision{}(at(0.001)).value() == Approx(0.019).margin(5e-4));
    CHECK(metric::recall{}(at(0.001)).value() == Approx(0.950));

    const auto best = threshold::exact{metric::f1{}}(h);
    CHECK(best.value == Approx(0.101).epsilon(1e-3));
    CHECK(best.objective.value() == Approx(0.5));
    CHECK_FALSE(best.at_edge);
    // F1 at 0.01 is 2 * 0.138 * 0.8 / 0.938 = 0.235
    CHECK(metric::f1{}(at(0.01)).value() == Approx(0.2353).margin(1e-4));
}

TEST_CASE("every edge of a bin finds its own bin again", "[threshold][histogram]") {
    std::size_t wrong = 0;
    for (std::size_t b = 1; b < score_histogram::bins; ++b) wrong += score_histogram::bin_of_probability(score_histogram::probability_at(b)) != b;
    CHECK(wrong == 0);
    CHECK(score_histogram::bin_of_probability(0) == 0);
    CHECK(score_histogram::bin_of_probability(1) == score_histogram::bins);
}

TEST_CASE("a threshold between two edges takes the higher bin", "[threshold][histogram]") {
    const double between = score_histogram::lower_edge(40'000) + 0.5 * score_histogram::width;
    CHECK(score_histogram::bin_of_probability(1 / (1 + std::exp(-between))) == 40'001);
}

TEST_CASE("an optimum at the edge of a grid is reported", "[threshold]") {
    score_histogram h; // all scores are small: the best threshold lies below the grid
    add(h, 0.0005, 100, 0);
    add(h, 0.00001, 0, 10'000);
    const auto narrow = threshold::grid{metric::f1{}}(h);
    CHECK(narrow.at_edge);
    CHECK(threshold::grid{metric::f1{}, 0.01, 0.90, 50}(h).at_edge);
    const auto wide = threshold::log_grid{metric::f1{}}(h);
    CHECK_FALSE(wide.at_edge);
    CHECK(wide.objective.value() == 1);
    const auto all = threshold::exact{metric::f1{}}(h);
    CHECK_FALSE(all.at_edge);
    CHECK(all.value == Approx(0.0005).epsilon(1e-3));

    score_histogram top; // and here above it
    add(top, 0.99, 100, 0);
    add(top, 0.97, 0, 1'000);
    CHECK(threshold::grid{metric::f1{}}(top).at_edge);
}

TEST_CASE("the exact search is at the edge only where everything is called positive or the histogram ends", "[threshold]") {
    score_histogram useless; // negatives above positives: calling everything is best
    add(useless, 0.8, 0, 50);
    add(useless, 0.2, 100, 0);
    CHECK(threshold::exact{metric::f1{}}(useless).at_edge);

    score_histogram saturated;
    saturated.add(30, true);
    saturated.add(-30, false);
    CHECK(threshold::exact{metric::f1{}}(saturated).at_edge);

    score_histogram fine;
    add(fine, 0.9, 10, 0);
    add(fine, 0.1, 0, 90);
    CHECK_FALSE(threshold::exact{metric::f1{}}(fine).at_edge);
}

TEST_CASE("the plateau is the range of thresholds within one percent of the best", "[threshold]") {
    score_histogram h;
    add(h, 0.9, 1'000, 0);   // F1 2000 / 3000
    add(h, 0.7, 1'000, 0);   // 1
    add(h, 0.5, 0, 10);      // 4000 / 4010 = 0.9975, within 1 %
    add(h, 0.3, 0, 1'000);   // 4000 / 5010 = 0.798
    const auto t = threshold::exact{metric::f1{}}(h);
    CHECK(t.value == Approx(0.7).epsilon(1e-3));
    CHECK(t.objective.value() == 1);
    CHECK(t.plateau_low == Approx(0.5).epsilon(1e-3));
    CHECK(t.plateau_high == Approx(0.7).epsilon(1e-3));
}

TEST_CASE("without a positive pixel there is nothing to optimise", "[threshold]") {
    score_histogram h;
    add(h, 0.3, 0, 100);
    for (const auto& t : {threshold::exact{metric::f1{}}(h), threshold::grid{metric::f1{}}(h), threshold::log_grid{metric::f1{}}(h)}) {
        CHECK_FALSE(t.objective);
        CHECK(t.value == 0.5);
        CHECK_FALSE(t.at_edge);
    }
}

TEST_CASE("the default grid reaches from 0.001 to 0.95 in 95 points", "[threshold]") {
    constexpr threshold::grid g{};
    CHECK(g.low == 0.001);
    CHECK(g.high == 0.95);
    CHECK(g.points == 95);
}

TEST_CASE("among equally good thresholds the strictest is chosen", "[threshold]") {
    score_histogram h;
    add(h, 0.85, 100, 0);
    add(h, 0.2, 0, 100);
    CHECK(threshold::grid{metric::f1{}, 0.1, 0.9, 9}(h).value == Approx(0.8));
    CHECK(threshold::fixed{.value = 0.3}(h).value == 0.3);
    CHECK_FALSE(threshold::fixed{.value = 0.3}(h).objective);
}

TEST_CASE("the exact search never loses to a grid", "[threshold]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        score_histogram h;
        std::uint64_t x = seed + 1;
        for (int i = 0; i < 5'000; ++i) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            const double u = static_cast<double>(x >> 11) * 0x1.0p-53;
            h.add(static_cast<float>(20 * u - 14), (x & 1023) < 1024 * u * u * u);
        }
        const auto best = threshold::exact{metric::f1{}}(h).objective.value();
        CHECK(best >= threshold::grid{metric::f1{}}(h).objective.value());
        CHECK(best >= threshold::log_grid{metric::f1{}}(h).objective.value());
    }
}

TEST_CASE("the Youden threshold is the one of the best balanced accuracy", "[threshold]") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        score_histogram h;
        std::uint64_t x = seed + 1;
        for (int i = 0; i < 3'000; ++i) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            const double u = static_cast<double>(x >> 11) * 0x1.0p-53;
            h.add(static_cast<float>(20 * u - 14), (x & 1023) < 1024 * u * u * u);
        }
        const auto youden = threshold::youden{}(h), balanced = threshold::exact{metric::balanced_accuracy{}}(h);
        CHECK(youden.value == balanced.value);
        CHECK(youden.objective.value() == Approx(2 * balanced.objective.value() - 1));
    }
}

TEST_CASE("sensitivity_at_least takes the strictest threshold that finds enough", "[threshold]") {
    const auto h = worked_example(); // sensitivity 0.1, 0.5, 0.8, 0.95, 1 at 0.501, 0.101, 0.0101, 0.00101, 0.0001
    for (const auto& [wanted, value] : {std::pair{0.1, 0.501}, {0.11, 0.101}, {0.8, 0.0101}, {0.81, 0.00101}, {0.95, 0.00101}}) {
        const auto choice = threshold::sensitivity_at_least{.value = wanted}(h);
        INFO(wanted);
        CHECK(choice.value == Approx(value).epsilon(1e-3));
        CHECK_FALSE(choice.at_edge);
    }
    CHECK(threshold::sensitivity_at_least{.value = 0.8}(h).objective.value() == Approx(1 - 5'000.0 / 1'000'000)); // the specificity
    const auto all = threshold::sensitivity_at_least{.value = 0.96}(h);
    CHECK(all.at_edge); // only calling everything positive finds that much
    CHECK(all.objective.value() == 0);
}

TEST_CASE("the cost threshold follows the price of a miss, and gives up where a miss is cheap", "[threshold]") {
    const auto h = worked_example();
    // A step is worth taking while fn x (more hits) > fp x (more false alarms): 100 and 10, 400 and 490, 300 and 4,500, 150 and 44,050, 50 and 950,950.
    for (const auto& [fn, value] : {std::pair{0.2, 0.501}, {1.3, 0.101}, {16.0, 0.0101}, {300.0, 0.00101}}) {
        INFO(fn);
        const auto choice = threshold::cost{.fp = 1, .fn = fn}(h);
        CHECK(choice.value == Approx(value).epsilon(1e-3));
        CHECK_FALSE(choice.at_edge);
    }
    CHECK(threshold::cost{.fp = 1, .fn = 1.3}(h).objective.value() == Approx(-(1 * 500 + 1.3 * 500) / 1'001'000));
    const auto nothing = threshold::cost{.fp = 1, .fn = 0.05}(h);
    CHECK(nothing.at_edge);
    CHECK(nothing.value == 1);
    CHECK(confusion_at(h, score_histogram::bin_of_probability(nothing.value)).fp == 0);
    CHECK(threshold::cost{.fp = 1, .fn = 1e5}(h).at_edge); // everything
}

TEST_CASE("a threshold is fitted on scores of validation or of no part, and its type says which", "[threshold]") {
    of_part<part::validation, score_histogram> h;
    static_cast<score_histogram&>(h) = worked_example();
    CHECK(threshold::exact{metric::f1{}}(h).value == threshold::exact{metric::f1{}}(worked_example()).value);
    STATIC_REQUIRE(of_test<of_part<part::test, score_histogram>>);
    STATIC_REQUIRE_FALSE(of_test<of_part<part::validation, score_histogram>>);
    STATIC_REQUIRE_FALSE(of_test<score_histogram>);
}
