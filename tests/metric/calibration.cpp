#include <facet/metric.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <facet/evaluate/calibration.hpp>
#include <facet/evaluate/curve.hpp>

#include "metric/scores.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

double probability(double logit) { return 1 / (1 + std::exp(-logit)); }

/// The scores of tests/golden/calibration.py.
scored_pixels scores_of(const std::string& name) {
    if (name != "flat" && name != "wavy") return golden_scores(name);
    auto s = golden_scores("plain");
    const auto v = uniform_numbers(s.truth.size(), 2);
    for (std::size_t i = 0; i < v.size(); ++i) {
        const double p = probability(s.logit[i]);
        s.truth[i] = v[i] < (name == "flat" ? 0.3 : p + (static_cast<int>(10 * p) % 2 == 0 ? 0.2 : -0.2));
    }
    return s;
}

std::size_t step_of(double p, int steps) { return std::min(static_cast<std::size_t>(steps) - 1, static_cast<std::size_t>(p * steps)); }

/// Pixels that the middle of their bin puts into another step of the probability than their own score does; of one step, those that come or leave.
std::int64_t misplaced(const scored_pixels& s, int steps, std::optional<std::size_t> of = std::nullopt) {
    return std::ranges::count_if(s.logit, [&](float z) {
        const auto own = step_of(probability(z), steps), put = step_of(probability_of_bin(score_histogram::bin_of(z)), steps);
        return own != put && (!of || own == *of || put == *of);
    });
}

/// The most that thresholds between the scores of a bin add to the sensitivity: the positives of the first bin that costs too much specificity.
double within_a_bin(const scored_pixels& s, const score_histogram& h, double specificity) {
    std::optional<std::size_t> first;
    for_each_threshold(h, [&](std::size_t bin, const confusion& c) {
        if (!first && *metric::specificity{}(c) < specificity) first = bin;
    });
    if (!first) return 0;
    std::set<float> scores;
    for (const float z : s.logit)
        if (score_histogram::bin_of(z) == *first) scores.insert(z);
    return scores.size() < 2 ? 0 : static_cast<double>(h.positive[*first]) / static_cast<double>(count_classes(h).positive); // one score cannot be parted
}

} // namespace

TEST_CASE("Brier, calibration error and sensitivity at a specificity are those of scikit-learn and torchmetrics", "[metric][golden]") {
    std::size_t checked = 0;
    for (const auto& row : golden_rows("calibration.csv")) {
        if (row[1] == "step" || row[1] == "logit") continue;
        INFO(row[0] << ", " << row[1]);
        const auto s = scores_of(row[0]);
        const auto h = s.histogram();
        const double expected = std::stod(row[2]);
        if (row[1] == "brier") {
            CHECK(metric::brier{}(h).value() == Approx(expected).epsilon(0).margin(2 * probability_bin_error));
        } else if (row[1].starts_with("ece_")) {
            const int bins = std::stoi(row[1].substr(4));
            // Probabilities are known to the bin error; a pixel that changes its step moves |predicted - observed| of two steps by up to 1 / n each. 1e-6: edges in single precision there.
            const double moved = 2 * static_cast<double>(misplaced(s, bins)) / static_cast<double>(s.logit.size());
            CHECK(metric::ece{.bins = bins}(h).value() == Approx(expected).epsilon(0).margin(std::min(2e-4, probability_bin_error + moved + 1e-6)));
        } else {
            const double at = std::stod(row[1].substr(row[1].rfind('_') + 1)), ours = metric::sensitivity_at_specificity{.specificity = at}(h).value();
            CHECK(ours <= expected + 1e-6); // single precision there
            CHECK(ours >= expected - within_a_bin(s, h, at) - 1e-6);
        }
        ++checked;
    }
    CHECK(checked == 42);
}

TEST_CASE("the calibration error depends on its number of steps as torchmetrics' does", "[metric][golden]") {
    std::map<std::string, double> peer;
    for (const auto& row : golden_rows("calibration.csv"))
        if (row[0] == "wavy" && row[1].starts_with("ece_")) peer[row[1]] = std::stod(row[2]);
    CHECK(peer.at("ece_10") - peer.at("ece_15") > 0.02);
    CHECK(peer.at("ece_15") - peer.at("ece_5") > 0.05);
    const auto h = scores_of("wavy").histogram();
    CHECK(metric::ece{.bins = 5}(h).value() == Approx(peer.at("ece_5")).epsilon(0).margin(2e-4));
    CHECK(metric::ece{}(h).value() == Approx(peer.at("ece_15")).epsilon(0).margin(2e-4)); // the default
}

TEST_CASE("steps of the probability and the reliability curve are scikit-learn's calibration_curve", "[metric][golden]") {
    std::map<std::string, std::size_t> points;
    for (const auto& row : golden_rows("calibration.csv")) {
        if (row[1] != "step" && row[1] != "logit") continue;
        INFO(row[0] << ", " << row[1] << " " << row[2]);
        const auto s = scores_of(row[0]);
        const auto h = s.histogram();
        const double n = std::stod(row[3]), predicted = std::stod(row[4]), observed = std::stod(row[5]);
        if (row[1] == "step") {
            const auto step = static_cast<std::size_t>(std::stoi(row[2]));
            const auto ours = calibration_steps(h, 10).at(step);
            // Pixels whose bin lies across an edge of the step may be on its other side, at most a step's width away.
            const auto strays = static_cast<double>(misplaced(s, 10, step));
            CHECK(std::abs(static_cast<double>(ours.n) - n) <= strays);
            CHECK(ours.mean_predicted() == Approx(predicted).epsilon(0).margin(probability_bin_error + 0.1 * strays / n));
            CHECK(ours.observed() == Approx(observed).epsilon(0).margin(strays / n + 1e-9));
        } else { // edges at whole logits are edges of bins
            const auto curve = reliability_curve(h);
            const auto ours = curve.at(points[row[0]]++);
            CHECK(static_cast<double>(ours.n) == n);
            CHECK(ours.mean_predicted() == Approx(predicted).epsilon(0).margin(probability_bin_error));
            CHECK(ours.observed() == Approx(observed).epsilon(0).margin(1e-9));
            CHECK(points[row[0]] <= curve.size());
        }
    }
    REQUIRE(points.size() == 6);
    for (const auto& [name, n] : points) CHECK(n == reliability_curve(scores_of(name).histogram()).size());
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
