#include <facet/metric.hpp>

#include "support/test.hpp"

#include <facet/evaluate/calibration.hpp>

#include "metric/scores.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

scored_pixels scores_of(const std::string& name) {
    if (name != "flat") return golden_scores(name);
    auto s = golden_scores("plain");
    const auto v = uniform_numbers(s.truth.size(), 2);
    for (std::size_t i = 0; i < v.size(); ++i) s.truth[i] = v[i] < 0.3;
    return s;
}

} // namespace

TEST_CASE("Brier, calibration error and sensitivity at a specificity are those of scikit-learn and torchmetrics", "[metric][golden]") {
    std::size_t checked = 0;
    for (const auto& row : golden_rows("calibration.csv")) {
        INFO(row[0] << ", " << row[1]);
        const auto h = scores_of(row[0]).histogram();
        const double expected = std::stod(row[2]);
        if (row[1] == "brier") CHECK(metric::brier{}(h).value() == Approx(expected).epsilon(0).margin(2 * probability_bin_error));
        else if (row[1] == "ece_10") CHECK(metric::ece{.bins = 10}(h).value() == Approx(expected).epsilon(0).margin(2e-4));
        else if (row[1] == "ece_15") CHECK(metric::ece{}(h).value() == Approx(expected).epsilon(0).margin(2e-4));
        else {
            const double at = std::stod(row[1].substr(row[1].rfind('_') + 1));
            // one bin of scores shares a threshold, which may move the sensitivity by the positives of that bin
            CHECK(metric::sensitivity_at_specificity{.specificity = at}(h).value() == Approx(expected).epsilon(0).margin(2.5e-3));
        }
        ++checked;
    }
    CHECK(checked == 30);
}

TEST_CASE("the probability that stands for a bin is within the stated error of every score in it", "[metric]") {
    for (std::size_t bin = 1; bin + 1 < score_histogram::bins; bin += 97)
        for (const double inside : {0.0, 0.999}) {
            const double logit = score_histogram::lower_edge(bin) + inside * score_histogram::width;
            CHECK(std::abs(probability_of_bin(bin) - 1 / (1 + std::exp(-logit))) <= probability_bin_error);
        }
    CHECK(probability_of_bin(0) < 1.2e-7);
    CHECK(probability_of_bin(score_histogram::bins - 1) > 1 - 1.2e-7);
}

TEST_CASE("a reliability curve has one point per occupied logit, and its counts are all pixels", "[metric]") {
    score_histogram h;
    for (int i = 0; i < 10; ++i) h.add(-2.5f, i == 0), h.add(1.5f, i < 7);
    const auto curve = reliability_curve(h);
    REQUIRE(curve.size() == 2);
    CHECK(curve[0].n == 10);
    CHECK(curve[0].observed() == Approx(0.1));
    CHECK(curve[0].mean_predicted() == Approx(0.0758582).epsilon(2e-3)); // 1 / (1 + e^2.5)
    CHECK(curve[1].observed() == Approx(0.7));
    CHECK(curve[1].mean_predicted() == Approx(0.8175745).epsilon(1e-3)); // 1 / (1 + e^-1.5)
}
