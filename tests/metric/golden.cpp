#include <facet/metric.hpp>

#include "support/test.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>
#include <facet/threshold.hpp>

#include "metric/scores.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

const std::map<std::string, std::function<std::optional<double>(const confusion&)>> counted{
    {"dice", metric::dice{}},           {"iou", metric::iou{}},
    {"precision", metric::precision{}}, {"recall", metric::recall{}},
    {"f1", metric::f1{}},               {"specificity", metric::specificity{}},
    {"f_beta_2", metric::f_beta{.beta = 2}}, {"balanced_accuracy", metric::balanced_accuracy{}},
    {"mcc", metric::mcc{}},
};
const std::map<std::string, double> thresholds{{"plain", 3}, {"tiny", -11}, {"ties", 3}, {"one", -3}};

double probability(double logit) { return 1 / (1 + std::exp(-logit)); }

} // namespace

TEST_CASE("metrics have the values that scikit-learn gives", "[metric][golden]") {
    std::size_t checked = 0;
    for (const auto& row : golden_rows("metrics.csv")) {
        const auto& [name, which] = std::tie(row[0], row[1]);
        const double expected = std::stod(row[2]);
        const auto pixels = golden_scores(name);
        const auto h = pixels.histogram();
        INFO(row[0] << ", " << row[1]);

        if (which == "positives") {
            CHECK(static_cast<double>(count_classes(h).positive) == expected);
        } else if (which == "pr_auc" || which == "roc_auc") {
            const bool pr = which == "pr_auc";
            const auto binned = pr ? metric::pr_auc{}(h) : metric::roc_auc{}(h);
            const auto sorted = pr ? exact::average_precision(std::span<const float>{pixels.logit}, pixels.truth) : exact::roc_auc(std::span<const float>{pixels.logit}, pixels.truth);
            CHECK(binned.value() == Approx(expected).epsilon(0).margin(1e-4));
            CHECK(sorted.value() == Approx(expected).epsilon(0).margin(1e-9));
        } else if (which == "best_f1") {
            CHECK(threshold::exact{metric::f1{}}(h).objective.value() == Approx(expected).epsilon(2e-3));
        } else if (which == "best_f1_logit") {
            const double chosen = threshold::exact{metric::f1{}}(h).value;
            CHECK(std::log(chosen / (1 - chosen)) == Approx(expected).epsilon(0).margin(3 * score_histogram::width));
        } else {
            const auto c = confusion_at(h, score_histogram::bin_of_probability(probability(thresholds.at(name))));
            CHECK(counted.at(which)(c).value() == Approx(expected).epsilon(1e-9));
        }
        ++checked;
    }
    CHECK(checked == 56);
}
