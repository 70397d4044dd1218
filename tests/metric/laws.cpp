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

TEMPLATE_TEST_CASE("every metric of surfaces keeps the surface laws", "[metric][laws]", metric::hd, metric::hd95, metric::assd, metric::nsd) { laws::metric_of_surface(TestType{}); }

TEST_CASE("surface Dice keeps the surface laws for any tolerance", "[metric][laws]") {
    laws::metric_of_surface(metric::nsd{.tolerance = millimetres{0}});
    laws::metric_of_surface(metric::nsd{.tolerance = millimetres{4}});
}

TEMPLATE_TEST_CASE("every metric of lesions keeps the lesion laws", "[metric][laws]", metric::lesion_sensitivity<>, metric::false_positives_per_volume<>, metric::froc<>,
                   metric::lesion_sensitivity<match::iou_at_least>, metric::false_positives_per_volume<match::centre_inside>, metric::froc<match::centre_inside>) {
    laws::metric_of_lesions(TestType{});
}

TEMPLATE_TEST_CASE("every metric of counts follows its rule where it is undefined", "[metric][laws]", metric::balanced_accuracy, metric::dice, metric::f1, metric::f_beta, metric::iou,
                   metric::precision, metric::recall, metric::specificity) {
    laws::empty_rule(TestType{}, confusion{}, confusion{3, 2, 1, 4}, 0, 1);
}

TEST_CASE("metrics of scores and lesions follow their rule where they are undefined", "[metric][laws]") {
    score_histogram some;
    for (int i = 0; i < 10; ++i) some.add(static_cast<float>(i * 3 % 7), i % 3 == 0);
    laws::empty_rule(metric::mcc{}, confusion{}, confusion{3, 2, 1, 4}, -1, 1);
    laws::empty_rule(metric::pr_auc{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::roc_auc{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::sensitivity_at_specificity{}, score_histogram{}, some, 0, 1);
    laws::empty_rule(metric::brier{}, score_histogram{}, some, 1, 0);
    laws::empty_rule(metric::ece{}, score_histogram{}, some, 1, 0);
    auto found = laws::vertebra_with(0, 1);
    laws::add_candidate(found, 0.5, 0);
    const std::vector<volume_lesions> healthy{laws::vertebra_with(0, 0)}, one{found};
    laws::empty_rule(metric::lesion_sensitivity{}, healthy, one, 0, 1);
    laws::empty_rule(metric::froc{}, healthy, one, 0, 1);
}
