#include <facet/evaluate/paired.hpp>

#include "support/test.hpp"

#include <cmath>
#include <vector>

#include <facet/core/rng.hpp>

using namespace facet;

namespace {

/// Ten patients, two vertebrae each, every second patient with one broken; `skill` parts the logits of fracture from the rest.
scores judged(double skill, std::uint64_t noise, int patients = 10) {
    scores result;
    std::uint32_t index = 0;
    for (int p = 0; p < patients; ++p)
        for (int vertebra = 30; vertebra < 32; ++vertebra) {
            rng::stream truth{rng::key(3, p, vertebra)}, r{rng::key(noise, p, vertebra)};
            std::vector<float> logits(300);
            std::vector<std::uint8_t> mask(300);
            for (std::size_t i = 0; i < logits.size(); ++i) {
                mask[i] = vertebra == 30 && p % 2 == 0 && truth.happens(0.2);
                logits[i] = static_cast<float>(r.normal(mask[i] ? skill - 1 : -1, 1));
            }
            slice_info s;
            s.patient = "p" + std::to_string(p);
            s.vertebra = vertebra;
            s.index = index++;
            result.add(s, logits, mask);
        }
    result.finish();
    return result;
}

/// A difference whose resamples are `value` + `error` x a standard normal drawn from `key`.
mean_of_runs drawn(double value, double error, std::uint64_t key, std::size_t resamples = 20'000) {
    mean_of_runs m{.value = value, .n = 1};
    rng::stream r{rng::key(key)};
    for (std::size_t i = 0; i < resamples; ++i) m.resamples.push_back(value + error * r.normal());
    return m;
}

} // namespace

TEST_CASE("a run compared with itself differs by nothing in any resample", "[compare]") {
    const judged_run run{judged(2, 5), 0.5};
    for (const auto m : measures) {
        const auto difference = minus(replicate(run, m, 200, 1), replicate(run, m, 200, 1));
        CHECK(difference.value == 0);
        for (const auto& r : difference.resamples)
            if (r) CHECK(*r == 0);
        const auto i = patient_bootstrap::percentiles(difference.resamples);
        REQUIRE(i);
        CHECK(i->low == 0);
        CHECK(i->high == 0);
    }
}

TEST_CASE("a run's measures are those of its pixels and vertebrae, counted by hand", "[compare]") {
    const auto all = judged(2, 5);
    const double threshold = 0.6;
    const judged_run run{all, threshold};
    std::vector<double> score, vertebra_score;
    std::vector<std::uint8_t> truth, vertebra_truth;
    std::int64_t tp = 0, fp = 0, fn = 0;
    for (const auto& v : all.vertebrae()) {
        vertebra_score.push_back(*v.top.score());
        vertebra_truth.push_back(v.truth);
        for (const auto& e : v.pixels.entries()) {
            const bool called = score_histogram::probability_at(e.bin) >= threshold - 1e-12;
            (called ? tp : fn) += e.positive;
            if (called) fp += e.negative;
            score.insert(score.end(), e.positive + e.negative, static_cast<double>(e.bin));
            truth.insert(truth.end(), e.positive, 1);
            truth.insert(truth.end(), e.negative, 0);
        }
    }
    CHECK(*run(measure::pixel_pr_auc) == Approx(*exact::average_precision(std::span<const double>{score}, truth)).epsilon(1e-12));
    CHECK(*run(measure::pixel_dice) == Approx(2.0 * tp / (2.0 * tp + fp + fn)).epsilon(1e-12));
    CHECK(*run(measure::vertebra_roc_auc) == Approx(*exact::roc_auc(std::span<const double>{vertebra_score}, vertebra_truth)).epsilon(1e-12));
}

TEST_CASE("what patients have in common falls out of a paired difference", "[compare]") {
    // The two runs are one network and the same with a little noise: each alone varies with the patients drawn, their difference hardly.
    const judged_run a{judged(1.5, 5), 0.5}, b{judged(1.6, 5), 0.5};
    const auto ra = replicate(a, measure::pixel_pr_auc, 1'000, 1), rb = replicate(b, measure::pixel_pr_auc, 1'000, 1);
    const auto alone = patient_bootstrap::percentiles(rb.resamples), paired_one = patient_bootstrap::percentiles(minus(rb, ra).resamples);
    const auto unpaired = patient_bootstrap::percentiles(minus(rb, replicate(a, measure::pixel_pr_auc, 1'000, 2)).resamples);
    REQUIRE((alone && paired_one && unpaired));
    CHECK(paired_one->high - paired_one->low < 0.3 * (alone->high - alone->low));
    CHECK(unpaired->high - unpaired->low > alone->high - alone->low);
    CHECK(paired_one->low > 0);
}

TEST_CASE("a mean over runs counts the undefined and averages the rest", "[compare]") {
    const std::vector<replicated> runs{{0.2, {0.1, std::nullopt, std::nullopt}}, {std::nullopt, {std::nullopt, std::nullopt, 0.3}}, {0.4, {0.3, std::nullopt, 0.5}}};
    const auto m = mean_over(runs);
    CHECK(*m.value == Approx(0.3));
    CHECK(m.n == 2);
    CHECK(m.undefined == 1);
    CHECK(*m.spread == Approx(std::sqrt(0.02)));
    CHECK(*m.resamples[0] == Approx(0.2));
    CHECK_FALSE(m.resamples[1]);
    CHECK_FALSE(m.resamples[2]); // of one run of the two: another statistic
    CHECK_FALSE(mean_over(std::vector<replicated>{{std::nullopt, {}}}).value);
}

TEST_CASE("the simultaneous interval of one difference is the usual one, of nine independent ones it is wider by the known factor", "[compare]") {
    const std::vector one{drawn(0.1, 0.02, 1)};
    const auto alone = simultaneous(one);
    REQUIRE(alone[0]);
    CHECK(alone[0]->high - 0.1 == Approx(1.960 * 0.02).epsilon(0.03)); // the normal quantile of 0.975
    std::vector<mean_of_runs> nine;
    for (std::uint64_t k = 0; k < 9; ++k) nine.push_back(drawn(0.1, 0.02 * static_cast<double>(k + 1), 10 + k));
    const auto all = simultaneous(nine);
    // The largest of nine independent |z| has the 95 % quantile z with (2 Phi(z) - 1)^9 = 0.95: z = 2.766 (Sidak).
    for (std::size_t k = 0; k < 9; ++k) {
        CHECK(all[k]->high - 0.1 == Approx(2.766 * 0.02 * static_cast<double>(k + 1)).epsilon(0.03));
        CHECK(all[k]->low + all[k]->high == Approx(0.2));
    }
    // Nine times the same difference is one difference.
    const std::vector same(9, drawn(0.1, 0.02, 1));
    CHECK(simultaneous(same)[8]->high == Approx(alone[0]->high));
}

TEST_CASE("an undefined difference has no simultaneous interval and does not widen the others", "[compare]") {
    std::vector family{drawn(0.1, 0.02, 1), mean_of_runs{.undefined = 1, .resamples = std::vector<std::optional<double>>(20'000)}};
    const auto i = simultaneous(family);
    CHECK(i[0]->high == Approx(simultaneous(std::vector{family[0]})[0]->high));
    CHECK_FALSE(i[1]);
    CHECK(simultaneous(std::vector<mean_of_runs>{}).empty());
}

TEST_CASE("of ten variants that are no better than the reference, a simultaneous interval leaves out zero in about 5 % of studies", "[compare]") {
    // 30 patients, a statistic that is a mean over patients: the reference and nine variants draw from the same distribution.
    int fooled = 0, fooled_one_by_one = 0;
    constexpr int studies = 200;
    for (int study = 0; study < studies; ++study) {
        const patient_bootstrap bootstrap{30, 400, static_cast<std::uint64_t>(study)};
        std::vector<replicated> runs;
        for (std::uint64_t variant = 0; variant < 10; ++variant) {
            rng::stream r{rng::key(77, study, variant)};
            std::vector<double> value(30);
            for (auto& v : value) v = r.normal();
            const auto mean = [&](patient_weights w) -> std::optional<double> {
                double sum = 0;
                for (std::size_t p = 0; p < 30; ++p) sum += w[p] * value[p];
                return sum / 30;
            };
            runs.push_back({mean(std::vector<std::uint32_t>(30, 1)), bootstrap.replicate(mean)});
        }
        std::vector<mean_of_runs> family;
        for (std::size_t v = 1; v < 10; ++v) family.push_back(mean_over(std::vector{minus(runs[v], runs[0])}));
        const auto wide = simultaneous(family);
        bool any = false, any_alone = false;
        for (std::size_t v = 0; v < 9; ++v) {
            any |= wide[v]->low > 0 || wide[v]->high < 0;
            const auto alone = patient_bootstrap::percentiles(family[v].resamples);
            any_alone |= alone->low > 0 || alone->high < 0;
        }
        fooled += any, fooled_one_by_one += any_alone;
    }
    CHECK(fooled < 0.12 * studies); // a bootstrap of 30 is a little too narrow
    CHECK(fooled_one_by_one > 0.18 * studies);
}
