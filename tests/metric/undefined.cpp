#include <facet/metric.hpp>

#include "support/test.hpp"

using namespace facet;

TEST_CASE("a metric without anything to divide by is undefined, not 0 or 1", "[metric]") {
    const confusion all_negative{.tp = 0, .fp = 0, .fn = 0, .tn = 100};
    CHECK_FALSE(metric::dice{}(all_negative));
    CHECK_FALSE(metric::iou{}(all_negative));
    CHECK_FALSE(metric::f1{}(all_negative));
    CHECK_FALSE(metric::f_beta{}(all_negative));
    CHECK_FALSE(metric::precision{}(all_negative));
    CHECK_FALSE(metric::recall{}(all_negative));
    CHECK_FALSE(metric::balanced_accuracy{}(all_negative));
    CHECK_FALSE(metric::mcc{}(all_negative));
    CHECK(metric::specificity{}(all_negative).value() == 1);

    const confusion all_positive{.tp = 100, .fp = 0, .fn = 0, .tn = 0};
    CHECK_FALSE(metric::specificity{}(all_positive));
    CHECK(metric::dice{}(all_positive).value() == 1);

    CHECK_FALSE(metric::dice{}(confusion{}));
    CHECK_FALSE(metric::pr_auc{}(score_histogram{}));
    CHECK_FALSE(metric::roc_auc{}(score_histogram{}));
}

TEST_CASE("a miss and a false alarm have Dice 0", "[metric]") {
    CHECK(metric::dice{}(confusion{.tp = 0, .fp = 0, .fn = 7, .tn = 93}).value() == 0);
    CHECK(metric::dice{}(confusion{.tp = 0, .fp = 7, .fn = 0, .tn = 93}).value() == 0);
}

TEST_CASE("a level without fractures has a specificity and no sensitivity", "[metric]") {
    score_histogram h;
    for (int i = 0; i < 90; ++i) h.add(-3, false);
    for (int i = 0; i < 10; ++i) h.add(3, false);
    CHECK_FALSE(metric::pr_auc{}(h));
    CHECK_FALSE(metric::roc_auc{}(h));
    const auto c = confusion_at(h, score_histogram::bin_of_probability(0.5));
    CHECK_FALSE(metric::recall{}(c));
    CHECK(metric::specificity{}(c).value() == Approx(0.9));
}

TEST_CASE("constant scores have the prevalence as PR-AUC and one half as ROC-AUC", "[metric]") {
    score_histogram h;
    for (int i = 0; i < 1000; ++i) h.add(0.7f, i < 6);
    CHECK(metric::pr_auc{}(h).value() == Approx(0.006));
    CHECK(metric::roc_auc{}(h).value() == Approx(0.5));
}

TEST_CASE("counts beyond 32 bits stay exact", "[metric]") {
    // 10 M pixels a batch and 1,000 batches: 10^10. f1 = 2e10 / (2e10 + 1e10 + 1e10)
    const std::int64_t n = 10'000'000'000;
    CHECK(metric::f1{}(confusion{.tp = n, .fp = n, .fn = n, .tn = n}).value() == Approx(0.5));
    CHECK(metric::mcc{}(confusion{.tp = n, .fp = 0, .fn = 0, .tn = n}).value() == Approx(1));
}
