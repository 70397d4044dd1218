#include <facet/evaluate/bootstrap.hpp>

#include "support/test.hpp"

#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/evaluation.hpp>

using namespace facet;

namespace {

slice_info info(int patient, int vertebra, std::uint32_t index) {
    slice_info s;
    s.patient = "p" + std::to_string(patient);
    s.vertebra = vertebra;
    s.index = index;
    return s;
}

// `copies[p]` copies of patient p's pixels, each copy a patient of its own.
scores judged(std::span<const std::uint32_t> copies) {
    scores result;
    std::uint32_t index = 0;
    for (std::size_t p = 0; p < copies.size(); ++p)
        for (std::uint32_t copy = 0; copy < copies[p]; ++copy) {
            rng::stream r{rng::key(17, p)};
            for (int vertebra = 30; vertebra < 34; ++vertebra) {
                std::vector<float> logits(400);
                std::vector<std::uint8_t> mask(400);
                for (std::size_t i = 0; i < 400; ++i) {
                    mask[i] = vertebra == 31 && r.happens(0.05);
                    logits[i] = static_cast<float>(r.normal(mask[i] ? 0 : -2, 1.5));
                }
                result.add(info(static_cast<int>(p + 100 * copy), vertebra, index++), logits, mask);
            }
        }
    result.finish();
    return result;
}

} // namespace

TEST_CASE("weights of one give the plain PR-AUC and ROC-AUC, bit for bit in the counts") {
    const std::vector<std::uint32_t> once(5, 1);
    const auto all = judged(once);
    const auto counts = clustered_counts::pixels(all);
    CHECK(*counts.average_precision(once) == Approx(*average_precision(all.pixels())).epsilon(1e-13));
    CHECK(*counts.roc_auc(once) == Approx(*roc_auc(all.pixels())).epsilon(1e-13));
    const auto items = judged_items::vertebrae(all);
    const std::span<const double> score{items.score};
    const auto by_item = clustered_counts::items(score, items.truth, items.patient);
    CHECK(*by_item.average_precision(once) == Approx(*exact::average_precision(score, items.truth)).epsilon(1e-13));
    CHECK(*by_item.roc_auc(once) == Approx(*exact::roc_auc(score, items.truth)).epsilon(1e-13));
}

TEST_CASE("weighting a patient is the same as having copies of the patient") {
    const std::vector<std::uint32_t> once(4, 1), weights{2, 0, 1, 3};
    const auto counts = clustered_counts::pixels(judged(once));
    const auto copied = judged(weights);
    CHECK(*counts.average_precision(weights) == Approx(*average_precision(copied.pixels())).epsilon(1e-12));
    CHECK(*counts.roc_auc(weights) == Approx(*roc_auc(copied.pixels())).epsilon(1e-12));
    const auto items = judged_items::slices(judged(once)), copied_items = judged_items::slices(copied);
    const auto by_item = clustered_counts::items(items.score, items.truth, items.patient);
    CHECK(*by_item.roc_auc(weights) == Approx(*exact::roc_auc(std::span<const double>{copied_items.score}, copied_items.truth)).epsilon(1e-12));
}

TEST_CASE("a resample draws as many patients as there are, and the seed alone decides which") {
    const patient_bootstrap a{7, 50, 3}, b{7, 50, 3}, other{7, 50, 4};
    bool differs = false;
    for (std::size_t r = 0; r < 50; ++r) {
        std::uint32_t total = 0;
        for (const auto w : a.weights(r)) total += w;
        CHECK(total == 7);
        CHECK(std::ranges::equal(a.weights(r), b.weights(r)));
        differs |= !std::ranges::equal(a.weights(r), other.weights(r));
    }
    CHECK(differs);
}

TEST_CASE("a 95 % interval of a mean over 30 patients holds the truth in about 95 of 100 studies") {
    int covered = 0;
    constexpr int studies = 400;
    for (int study = 0; study < studies; ++study) {
        rng::stream r{rng::key(23, study)};
        std::vector<double> value(30);
        for (auto& v : value) v = r.normal(0.5, 0.2);
        const auto i = patient_bootstrap{30, 500, static_cast<std::uint64_t>(study)}.of([&](patient_weights w) -> std::optional<double> {
            double sum = 0;
            for (std::size_t p = 0; p < 30; ++p) sum += w[p] * value[p];
            return sum / 30;
        });
        covered += i->low <= 0.5 && 0.5 <= i->high;
    }
    CHECK(covered > 0.90 * studies); // percentile intervals of 30 cover about 93.5 %
    CHECK(covered < 0.98 * studies);
}

TEST_CASE("an interval of clustered pixels is wider than one that took pixels for independent") {
    // Each patient's pixels are all right or all wrong: ten patients are ten observations, not a thousand.
    const patient_bootstrap b{10, 2'000, 1};
    const auto i = b.of([&](patient_weights w) -> std::optional<double> {
        double right = 0;
        for (std::size_t p = 0; p < 5; ++p) right += w[p] * 100.0;
        return right / 1'000;
    });
    CHECK(i->low <= 0.2);
    CHECK(i->high >= 0.8);
}

TEST_CASE("percentiles are numpy's, and undefined resamples are counted") {
    std::vector<std::optional<double>> values;
    for (int k = 0; k <= 100; ++k) values.push_back(k);
    values.push_back(std::nullopt);
    const auto i = patient_bootstrap::percentiles(values);
    CHECK(i->low == Approx(2.5));
    CHECK(i->high == Approx(97.5));
    CHECK(i->resamples == 101);
    CHECK(i->undefined == 1);
    CHECK_FALSE(patient_bootstrap::percentiles(std::vector<std::optional<double>>{1.0, std::nullopt, std::nullopt}));
}

TEST_CASE("one patient gives no interval and none is an error") {
    CHECK_FALSE(patient_bootstrap(1, 10).of([](patient_weights) { return std::optional{0.5}; }));
    CHECK_THROWS_AS(patient_bootstrap(0), bad_input);
}

TEST_CASE("paired replicates are undefined where either is") {
    const std::vector<std::optional<double>> a{3.0, std::nullopt, 5.0}, b{1.0, 1.0, std::nullopt};
    const auto d = paired(a, b, [](double x, double y) { return x - y; });
    CHECK(*d[0] == 2);
    CHECK_FALSE(d[1]);
    CHECK_FALSE(d[2]);
}
