#include <facet/threshold.hpp>

#include "support/test.hpp"

#include <optional>

#include <facet/metric.hpp>

#include "laws/threshold.hpp"

using namespace facet;

TEST_CASE("every threshold search keeps the threshold laws", "[threshold][laws]") {
    laws::threshold(threshold::fixed{});
    laws::threshold(threshold::grid{});
    laws::threshold(threshold::log_grid{});
    laws::threshold(threshold::exact{});
    laws::threshold(threshold::exact{metric::dice{}});
    laws::threshold(threshold::exact{metric::f_beta{.beta = 0.5}});
    laws::threshold(threshold::exact{metric::balanced_accuracy{}});
    laws::threshold(threshold::exact{metric::mcc{}});
    laws::threshold(threshold::grid{metric::iou{}, 0.01, 0.5, 7});
    laws::threshold(threshold::youden{});
    laws::threshold(threshold::sensitivity_at_least{});
    laws::threshold(threshold::cost{});
}

namespace {

const laws::plain_objective f1 = [](double tp, double fp, double fn, double) { return std::optional{tp / (tp + 0.5 * (fp + fn))}; };
const laws::plain_objective iou = [](double tp, double fp, double fn, double) { return std::optional{tp / (tp + fp + fn)}; };
const laws::plain_objective balanced_accuracy = [](double tp, double fp, double fn, double tn) { return std::optional{0.5 * tp / (tp + fn) + 0.5 * tn / (tn + fp)}; };
const laws::plain_objective youden = [](double tp, double fp, double fn, double tn) { return std::optional{tp / (tp + fn) - fp / (tn + fp)}; };
laws::plain_objective specificity_from(double least) {
    return [least](double tp, double fp, double fn, double tn) { return tp / (tp + fn) >= least ? std::optional{1 - fp / (tn + fp)} : std::nullopt; };
}
laws::plain_objective minus_cost(double of_fp, double of_fn) {
    return [=](double tp, double fp, double fn, double tn) { return std::optional{-(of_fp * fp + of_fn * fn) / (tp + fp + fn + tn)}; };
}

} // namespace

TEST_CASE("no score of the histogram does better than the threshold that a search over all of them chooses", "[threshold][laws]") {
    laws::is_best(threshold::exact{}, f1);
    laws::is_best(threshold::exact{metric::iou{}}, iou);
    laws::is_best(threshold::exact{metric::balanced_accuracy{}}, balanced_accuracy);
    laws::is_best(threshold::youden{}, youden);
    for (const double least : {0.5, 0.95, 1.0}) laws::is_best(threshold::sensitivity_at_least{.value = least}, specificity_from(least));
    laws::is_best(threshold::cost{}, minus_cost(1, 10));
    laws::is_best(threshold::cost{.fp = 3, .fn = 0.5}, minus_cost(3, 0.5)); // often nothing is called
}

TEST_CASE("among equally good thresholds a search over all scores chooses the strictest", "[threshold][laws]") {
    laws::is_strictest(threshold::exact{}, f1);
    laws::is_strictest(threshold::exact{metric::iou{}}, iou);
    laws::is_strictest(threshold::sensitivity_at_least{.value = 0.5}, specificity_from(0.5)); // at 1 there are no equals
    laws::is_strictest(threshold::cost{.fp = 1, .fn = 2}, minus_cost(1, 2));
    laws::is_strictest(threshold::youden{}, youden); // 1/6 comes out in two ways: equal but for the last bits
    laws::is_strictest(threshold::exact{metric::balanced_accuracy{}}, balanced_accuracy);
}
