#include <facet/metric.hpp>

#include "support/test.hpp"

#include "laws/metric.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every metric of counts keeps the metric laws", "[metric][laws]", metric::balanced_accuracy, metric::dice, metric::f1, metric::f_beta, metric::iou,
                   metric::precision, metric::recall, metric::specificity) {
    laws::metric_of_counts(TestType{});
}

TEST_CASE("the correlation coefficient keeps the metric laws down to -1", "[metric][laws]") { laws::metric_of_counts(metric::mcc{}, -1); }

TEMPLATE_TEST_CASE("every metric of the ranking keeps the ranking laws", "[metric][laws]", metric::pr_auc, metric::roc_auc) { laws::metric_of_ranking(TestType{}); }
