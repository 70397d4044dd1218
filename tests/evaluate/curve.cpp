#include <facet/evaluate/curve.hpp>

#include "support/test.hpp"

#include <facet/core/rng.hpp>
#include <facet/evaluate/exact.hpp>

using namespace facet;

namespace {

struct sample {
    std::vector<float> logits;
    std::vector<std::uint8_t> truth;
    score_histogram histogram;
};

sample draw(int n, double rate, double centre, double gain, std::uint64_t seed) {
    sample s;
    rng::stream r{rng::key(seed)};
    for (int i = 0; i < n; ++i) {
        const bool positive = r.happens(rate);
        const auto logit = static_cast<float>(r.normal(centre + (positive ? gain : 0), 1.5));
        s.logits.push_back(logit);
        s.truth.push_back(positive);
        s.histogram.add(logit, positive);
    }
    return s;
}

score_histogram of(std::initializer_list<std::pair<float, bool>> items) {
    score_histogram h;
    for (const auto& [logit, positive] : items) h.add(logit, positive);
    return h;
}

} // namespace

TEST_CASE("histogram PR-AUC and ROC-AUC agree with sorting within 1e-4, also where every probability is below 1e-4") {
    for (const double centre : {-1.0, -13.0})
        for (const double gain : {0.5, 3.0}) {
            const auto s = draw(100'000, 0.003, centre, gain, 5);
            const std::span<const float> logits{s.logits};
            CHECK(*average_precision(s.histogram) == Approx(*exact::average_precision(logits, s.truth)).margin(1e-4));
            CHECK(*roc_auc(s.histogram) == Approx(*exact::roc_auc(logits, s.truth)).margin(1e-4));
        }
}

TEST_CASE("exact PR-AUC and ROC-AUC are what the definitions give by hand") {
    const std::vector<double> score{4, 3, 3, 2, 1};
    const std::vector<std::uint8_t> truth{1, 1, 0, 0, 1};
    // recall steps 1/3 at precision 1/1, 1/3 at 2/3 (the tie counts both), 1/3 at 3/5
    CHECK(*exact::average_precision(std::span{score}, truth) == Approx((1.0 + 2.0 / 3 + 3.0 / 5) / 3));
    // pairs: 4 beats both; 3 ties one and beats one; 1 beats none
    CHECK(*exact::roc_auc(std::span{score}, truth) == Approx(3.5 / 6));
}

TEST_CASE("PR-AUC without positives and ROC-AUC without one kind are undefined") {
    const auto healthy = of({{0.f, false}, {1.f, false}}), broken = of({{0.f, true}});
    CHECK_FALSE(average_precision(healthy));
    CHECK_FALSE(roc_auc(healthy));
    CHECK_FALSE(roc_auc(broken));
    CHECK(*average_precision(broken) == 1);
    CHECK_FALSE(prevalence(score_histogram{}));
    CHECK(*prevalence(healthy) == 0);
}

TEST_CASE("histograms of parts add up to the histogram of the whole in any grouping") {
    const auto a = draw(1'000, 0.2, 0, 1, 1).histogram, b = draw(1'000, 0.2, 0, 1, 2).histogram, c = draw(1'000, 0.2, 0, 1, 3).histogram;
    auto left = a, right = b;
    (left += b) += c;
    right += c;
    auto other = a;
    other += right;
    CHECK(left.positive == other.positive);
    CHECK(left.negative == other.negative);
    CHECK(count_classes(left).total() == 3'000);
}

TEST_CASE("a NaN logit ranks below every other") {
    const auto h = of({{NAN, true}, {-20.f, false}, {-15.f, false}});
    CHECK(h.positive[0] == 1);
    CHECK(*roc_auc(h) == Approx(0.25)); // ties with -20, which overflows into the same bin
    const std::vector<float> logits{NAN, -20, -15};
    const std::vector<std::uint8_t> truth{1, 0, 0};
    CHECK(*exact::roc_auc(std::span<const float>{logits}, truth) == 0);
}

TEST_CASE("the confusion of a bin, the table and the walk over thresholds are the same counts") {
    const auto h = draw(5'000, 0.1, 0, 1, 4).histogram;
    const auto table = confusion_table(h);
    int visited = 0;
    for_each_threshold(h, [&](std::size_t bin, const confusion& c) {
        ++visited;
        if (visited % 97 != 0) return;
        const auto one = confusion_at(h, bin);
        CHECK(std::tie(one.tp, one.fp, one.fn, one.tn) == std::tie(c.tp, c.fp, c.fn, c.tn));
        CHECK(std::tie(table[bin].tp, table[bin].fp) == std::tie(c.tp, c.fp));
    });
    CHECK(visited > 100);
    CHECK(confusion_at(h, score_histogram::bins).tp == 0);
}

TEST_CASE("the thinned PR curve ends at full recall and keeps its resolution") {
    const auto h = draw(200'000, 0.01, -3, 2, 6).histogram;
    const auto curve = pr_curve(h, 0.01);
    REQUIRE(curve.size() > 50);
    CHECK(curve.size() < 3'000);
    CHECK(curve.back().recall == 1);
    for (std::size_t i = 1; i < curve.size(); ++i) {
        CHECK(curve[i].threshold < curve[i - 1].threshold);
        CHECK(curve[i].recall - curve[i - 1].recall < 0.012);
    }
    CHECK(pr_curve(of({{0.f, false}})).empty());
}

TEST_CASE("a quantile is the bin below which that share of the counts lies") {
    std::vector<std::int64_t> counts(score_histogram::bins);
    counts[score_histogram::bin_of(-2)] = 90;
    counts[score_histogram::bin_of(3)] = 10;
    CHECK(*quantile(counts, 0.9) == Approx(-2).margin(1e-3));
    CHECK(*quantile(counts, 0.91) == Approx(3).margin(1e-3));
    CHECK_FALSE(quantile(std::vector<std::int64_t>(score_histogram::bins), 0.5));
}
