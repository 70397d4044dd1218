#include <facet/evaluate/trivial.hpp>

#include "support/test.hpp"

#include "evaluate/made_slices.hpp"
#include "support/golden.hpp"

#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/evaluation.hpp>
#include <facet/evaluate/exact.hpp>
#include <facet/evaluate/scores.hpp>

using namespace facet;

namespace {

struct outcome {
    scores judged;
    double mean = 0;
};

outcome judge(const made_slices& data, const trivial::scorers& fitted, std::size_t which) {
    outcome result;
    std::vector<float> logits(data.size * data.size);
    double sum = 0, n = 0;
    for (const auto s : data.test()) {
        const auto mask = data.stack().mask(s);
        fitted.score(which, data.slices[s], data.stack().image(s), logits);
        result.judged.add(data.slices[s], logits, mask);
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (mask[i] != 255) sum += 1 / (1 + std::exp(-static_cast<double>(logits[i]))), ++n;
    }
    result.judged.finish();
    result.mean = sum / n;
    return result;
}

} // namespace

TEST_CASE("the trivial scorers are those of the NumPy reference") {
    const made_slices data;
    const trivial::scorers fitted{data.stack(), data.training()};
    std::map<std::string, outcome> outcomes;
    for (std::size_t k = 0; k < 3; ++k) outcomes.emplace(std::string{trivial::scorers::names[k]}, judge(data, fitted, k));
    int compared = 0;
    for (const auto& row : golden_rows("trivial.csv")) {
        const double expected = std::stod(row[2]);
        // NumPy places quantiles between samples, and does not raise probabilities below 8e-7.
        const double tolerance = row[0] == "both" ? 0.01 : 1e-3;
        INFO(row[0] << ' ' << row[1]);
        if (row[0] == "data") {
            const auto n = count_classes(outcomes.at("hu").judged.pixels());
            CHECK((row[1] == "positives" ? n.positive : n.total()) == static_cast<std::int64_t>(expected));
        } else if (row[1] == "pr_auc") CHECK(*average_precision(outcomes.at(row[0]).judged.pixels()) == Approx(expected).epsilon(row[0] == "both" ? tolerance : 0).margin(3e-4));
        else if (row[1] == "mean") CHECK(outcomes.at(row[0]).mean == Approx(expected).epsilon(tolerance));
        else if (row[1] == "top20_of_first_vertebra") CHECK(*outcomes.at(row[0]).judged.vertebrae()[0].top.score() == Approx(expected).epsilon(tolerance));
        else if (row[1] == "slice_roc_auc") {
            const auto items = judged_items::slices(outcomes.at(row[0]).judged);
            CHECK(*exact::roc_auc(std::span<const double>{items.score}, items.truth) == Approx(expected).margin(0.02));
        } else FAIL("unknown row");
        ++compared;
    }
    CHECK(compared == 12);
}

TEST_CASE("the trivial scorers see the training patients only") {
    made_slices data;
    const trivial::scorers before{data.stack(), data.training()};
    for (const auto s : data.test())
        for (int i = 0; i < 256; ++i) data.masks[s * 256 + static_cast<std::size_t>(i)] = 1;
    const trivial::scorers after{data.stack(), data.training()};
    std::vector<float> a(256), b(256);
    for (std::size_t k = 0; k < 3; ++k) {
        before.score(k, data.slices[200], data.stack().image(200), a);
        after.score(k, data.slices[200], data.stack().image(200), b);
        CHECK(a == b);
    }
    CHECK(before.level_score(31) == after.level_score(31));
}

TEST_CASE("a position that always breaks in training is found by the position scorer, and a level never seen takes the pooled map") {
    made_slices data;
    for (std::size_t i = 0; i < data.masks.size(); ++i) data.masks[i] = i % 256 == 5 * 16 + 9; // row 5, column 9, in every slice
    const trivial::scorers fitted{data.stack(), data.training()};
    std::vector<float> logits(256);
    fitted.score(1, data.slices[0], data.stack().image(0), logits);
    CHECK(std::ranges::max_element(logits) - logits.begin() == 5 * 16 + 9);
    auto unseen = data.slices[0];
    unseen.vertebra = 40;
    std::vector<float> pooled(256);
    fitted.score(1, unseen, data.stack().image(0), pooled);
    CHECK(std::ranges::max_element(pooled) - pooled.begin() == 5 * 16 + 9);
}

TEST_CASE("level alone is (fractured + 1) / (vertebrae + 5) over training vertebrae") {
    trivial::level_scorer level;
    slice_info s;
    s.patient = "a", s.vertebra = 30;
    level.count(s, false);
    level.count(s, true); // the same vertebra
    s.patient = "b";
    level.count(s, false);
    s.vertebra = 31;
    level.count(s, false);
    CHECK(level.score(30) == Approx(2.0 / 7));
    CHECK(level.score(31) == Approx(1.0 / 6));
    CHECK(level.score(29) == Approx(1.0 / 5));
}

TEST_CASE("HU bins are 20 wide from -1100 with one beyond each end") {
    using trivial::hu_scorer;
    CHECK(hu_scorer::bin_of(-1101) == 0);
    CHECK(hu_scorer::bin_of(-1100) == 1);
    CHECK(hu_scorer::bin_of(-1081) == 1);
    CHECK(hu_scorer::bin_of(-1080) == 2);
    CHECK(hu_scorer::bin_of(1779) == 144);
    CHECK(hu_scorer::bin_of(1780) == 145);
    CHECK(hu_scorer::bin_of(32000) == 145);
}

TEST_CASE("smoothing an axis keeps the sum and mirrors the border") {
    std::vector<double> row{1, 0, 0, 0};
    trivial::smooth_axis(row, 1, 4, 1, 0.7);
    CHECK(row[0] + row[1] + row[2] + row[3] == Approx(1));
    // scipy.ndimage.gaussian_filter1d([1, 0, 0, 0], 0.7)
    CHECK(row[0] == Approx(0.775245436).epsilon(1e-7));
    CHECK(row[1] == Approx(0.215018583).epsilon(1e-7));
}
