#include <facet/metric.hpp>

#include "support/test.hpp"

#include "laws/metric.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every metric of counts keeps the metric laws", "[metric][laws]", metric::balanced_accuracy, metric::dice, metric::f1, metric::f_beta, metric::iou,
                   metric::precision, metric::recall, metric::specificity) {
    laws::metric_of_counts(TestType{});
}

TEST_CASE("the correlation coefficient keeps the metric laws down to -1", "[metric][laws]") { laws::metric_of_counts(metric::mcc{}, -1); }

TEMPLATE_TEST_CASE("every metric of the ranking keeps the ranking laws", "[metric][laws]", metric::pr_auc, metric::roc_auc, metric::sensitivity_at_specificity) { laws::metric_of_ranking(TestType{}); }

TEMPLATE_TEST_CASE("every metric of calibration keeps the calibration laws", "[metric][laws]", metric::brier, metric::ece) { laws::metric_of_calibration(TestType{}); }

TEMPLATE_TEST_CASE("every metric of counts follows its rule where it is undefined", "[metric][laws]", metric::balanced_accuracy, metric::dice, metric::f1, metric::f_beta, metric::iou,
                   metric::precision, metric::recall, metric::specificity) {
    laws::empty_rule(TestType{}, confusion{}, confusion{3, 2, 1, 4}, 0, 1);
}

TEST_CASE("metrics of scores follow their rule where they are undefined", "[metric][laws]") {
    score_histogram some;
    for (int i = 0; i < 10; ++i) some.add(static_cast<float>(i * 3 % 7), i % 3 == 0);
    laws::empty_rule(metric::mcc{}, confusion{}, confusion{3, 2, 1, 4}, -1, 1);
    laws::empty_rule(metric::pr_auc{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::roc_auc{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::sensitivity_at_specificity{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::brier{}, score_histogram{}, some, 1, 0);
    laws::empty_rule(metric::ece{}, score_histogram{}, some, 1, 0);
}
