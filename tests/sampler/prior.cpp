#include <facet/prior.hpp>

#include "support/test.hpp"

#include <cmath>
#include <vector>

#include <facet/engine/batch.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/facet.hpp>

#include "evaluate/made_run.hpp"

using namespace facet;

namespace {

constexpr experiment corrected{"corrected", input::size{16}, sampler::balanced{.positive_fraction = 0.5}, model::attention_unet{.features = 4, .depth = 2}, prior::of_slices{}, budget{.steps = 100, .batch = 8}};
constexpr auto untouched = with(corrected, prior::as_trained{});
constexpr auto natural = with(corrected, sampler::natural{});
constexpr auto annealed = with(corrected, sampler::annealed{.positive_fraction = 0.5, .natural_from = 0.8});

} // namespace

TEST_CASE("the correction is the difference of log odds", "[prior]") {
    const prior::rates r{.training = 0.5, .natural = 0.1, .fracture_share = 0.01};
    CHECK(prior::of_slices{}(r) == Approx(-std::log(9.0)));                                  // odds of 1 : 1 to odds of 1 : 9
    CHECK(prior::of_pixels{}(r) == Approx(std::log(0.001 / 0.999) - std::log(0.005 / 0.995))); // shares of pixels
    CHECK(prior::as_trained{}(r) == 0);
    CHECK(prior::of_slices{}({.training = 0.1, .natural = 0.1}) == 0);
    CHECK(prior::of_slices{}({.training = 0.5, .natural = 0}) == 0); // odds of 0 have no logarithm
}

TEST_CASE("Bayes: where the doubt is about the slice, the corrected probability is that of the natural prior", "[prior]") {
    // Two kinds of slices; evidence e has likelihood 0.8 in slices with a fracture and 0.3 in others, and the fracture fills the pixel.
    const auto posterior = [](double rate) { return rate * 0.8 / (rate * 0.8 + (1 - rate) * 0.3); };
    const auto logit = [](double p) { return std::log(p / (1 - p)); };
    CHECK(logit(posterior(0.5)) + prior::of_slices{}({.training = 0.5, .natural = 0.1}) == Approx(logit(posterior(0.1))));
}

TEST_CASE("a run's shift follows its sampler, its policy and, for annealed batches, the step", "[prior]") {
    const testing::scratch folder;
    make_store(folder / "store");
    const store data{folder / "store"};
    std::vector<std::uint32_t> all(data.count());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto shift = [&](const plan& p, std::int64_t step) { return batch_plan{p, data, all, p.batch, 1}.logit_shift(step); };
    const batch_plan order{plan_of<corrected>, data, all, 8, 1};
    const double odds = static_cast<double>(order.positives()) / static_cast<double>(all.size() - static_cast<std::size_t>(order.positives()));
    CHECK(shift(plan_of<corrected>, 0) == Approx(std::log(odds)).margin(score_histogram::width));
    CHECK(shift(plan_of<untouched>, 0) == 0);
    CHECK(shift(plan_of<natural>, 0) == 0);
    CHECK(shift(plan_of<annealed>, 0) == Approx(std::log(odds)).margin(score_histogram::width));
    CHECK(std::abs(shift(plan_of<annealed>, 40)) < std::abs(std::log(odds)));
    CHECK(shift(plan_of<annealed>, 80) == 0);
    const double bins = shift(plan_of<corrected>, 0) / score_histogram::width;
    CHECK(bins == std::round(bins)); // whole bins
}

TEST_CASE("PR-AUC does not change with the correction", "[prior]") {
    rng::stream draw{rng::key(3)};
    score_histogram raw, shifted;
    const auto shift = static_cast<float>(std::round(-std::log(9.0) / score_histogram::width) * score_histogram::width);
    for (int i = 0; i < 200'000; ++i) {
        const bool positive = draw.happens(0.01);
        const auto logit = static_cast<float>(draw.normal(positive ? 0 : -4, 2));
        raw.add(logit, positive);
        shifted.add(logit + shift, positive);
    }
    CHECK(average_precision(shifted).value() == Approx(average_precision(raw).value()).epsilon(1e-5)); // the sum of two floats may round a score into the next bin
}
