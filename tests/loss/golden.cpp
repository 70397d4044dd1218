#include <facet/loss.hpp>

#include "support/test.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "laws/loss.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

struct sample { at::Tensor logits, target; };

sample ramp() {
    const auto target = torch::tensor({0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1}, at::kDouble);
    return {torch::linspace(-3, 3, 16, at::kDouble).reshape({1, 1, 4, 4}), target.reshape({1, 1, 4, 4})};
}

sample wave() {
    const auto i = torch::arange(192, at::kDouble);
    auto target = (0.11 * i * i).sin().gt(0.6).to(at::kDouble);
    target.slice(0, 64, 128).zero_();
    return {(3 * (0.37 * i).sin() + (1.7 * i).cos() - 1).reshape({3, 1, 8, 8}), target.reshape({3, 1, 8, 8})};
}

sample empty_batch() { return {wave().logits, torch::zeros({3, 1, 8, 8}, at::kDouble)}; }
sample full_batch() { return {wave().logits, torch::ones({3, 1, 8, 8}, at::kDouble)}; }

const std::map<std::string, std::function<sample()>> batches{{"ramp", ramp}, {"wave", wave}, {"empty", empty_batch}, {"full", full_batch}};

/// The shipped defaults, which also run where one class is absent.
const std::set<std::string> of_absent_classes{"dice", "jaccard", "tversky", "focal_tversky_default", "generalised_dice", "asymmetric_focal_tversky_default", "unified_focal_default", "mcc_default"};

const std::map<std::string, laws::criterion> ours{
    {"bce", loss::bce{}},
    {"bce_positive_5", loss::bce{.positive_weight = 5}},
    {"dice", loss::dice{}},
    {"dice_per_sample", loss::dice{.over = per::sample{}}},
    {"dice_squared", loss::dice{.squared = true}},
    {"dice_squared_per_sample", loss::dice{.over = per::sample{}, .squared = true}},
    {"dice_smooth_1", loss::dice{.smooth = 1}},
    {"dice_bce", loss::dice_bce{}},
    {"dice_bce_1_10", loss::dice_bce{.dice_weight = 1, .bce_weight = 10}},
    {"focal", loss::focal{}},
    {"focal_alpha_025", loss::focal{.positive_weight = 0.25, .negative_weight = 0.75}},
    {"focal_gamma_05", loss::focal{.exponent = 0.5}},
    {"tversky", loss::tversky{.fp_weight = 0.3, .fn_weight = 0.7}},
    {"tversky_per_sample", loss::tversky{.fp_weight = 0.3, .fn_weight = 0.7, .over = per::sample{}}},
    {"focal_tversky_default", loss::focal_tversky{}},
    {"focal_tversky_per_sample", loss::focal_tversky{.over = per::sample{}}},
    {"focal_tversky_abraham", loss::focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 0.75, .smooth = 1}},
    {"focal_tversky_ufl", loss::focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 0.75, .smooth = 1e-6}},
    {"focal_tversky_4_3", loss::focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 4. / 3, .smooth = 1e-6}},
    {"jaccard", loss::jaccard{.smooth = 5e-6}}, // MONAI doubles the counts and not the smoothing
    {"jaccard_per_sample", loss::jaccard{.smooth = 5e-6, .over = per::sample{}}},
    {"generalised_dice", loss::generalised_dice{}},
    {"asymmetric_focal_half", loss::weighted{loss::asymmetric_focal{.exponent = 2, .positive_weight = 0.7}, 0.5}},
    {"asymmetric_focal_tversky", loss::asymmetric_focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 0.25, .smooth = 1e-7, .over = per::sample{}}},
    {"asymmetric_focal_tversky_default", loss::asymmetric_focal_tversky{}},
    {"asymmetric_focal_tversky_per_batch", loss::asymmetric_focal_tversky{.smooth = 1e-7}},
    {"unified_focal_default", loss::unified_focal{}},
    {"unified_focal_per_batch", loss::unified_focal{.focal_weight = 0.25, .tversky_weight = 0.5, .fn_weight = 0.7, .exponent = 0.5, .smooth = 1e-7}},
    {"unified_focal_symmetric_per_batch", loss::unified_focal{.fn_weight = 0.6, .exponent = 0.5, .symmetric = true, .smooth = 1e-7}},
    {"unified_focal", loss::unified_focal{.focal_weight = 0.25, .tversky_weight = 0.5, .fn_weight = 0.7, .exponent = 0.5, .smooth = 1e-7, .over = per::sample{}}},
    {"unified_focal_symmetric", loss::unified_focal{.fn_weight = 0.6, .exponent = 0.5, .symmetric = true, .smooth = 1e-7, .over = per::sample{}}},
    {"top_k_bce_10", loss::top_k_bce{.fraction = 0.1}},
    {"top_k_bce_25", loss::top_k_bce{.fraction = 0.25}},
    {"lovasz_hinge", loss::lovasz_hinge{}},
    {"mcc_default", loss::mcc{}},
    {"mcc", loss::mcc{.smooth = 1e-8}},
    {"dice_focal", loss::sum{loss::dice{}, loss::focal{}}},
    {"cl_dice", loss::cl_dice{}},
    {"cl_dice_per_sample", loss::cl_dice{.over = per::sample{}}},
    {"cl_dice_1_per_sample", loss::cl_dice{.iterations = 1, .over = per::sample{}}},
    {"boundary", laws::with_distances(loss::boundary{})},
    {"hausdorff_dt", laws::with_distances(loss::hausdorff_dt{})},
    {"hausdorff_dt_1", laws::with_distances(loss::hausdorff_dt{.exponent = 1})},
};

} // namespace

TEST_CASE("losses have the values that MONAI, segmentation_models_pytorch, torch and the authors' own code give", "[loss][golden]") {
    std::set<std::pair<std::string, std::string>> checked;
    for (const auto& row : golden_rows("losses.csv")) {
        if (!batches.contains(row[0])) continue; // several heads: tests/loss/deep_supervision.cpp
        const auto& name = row[1];
        INFO(row[0] << ", " << name << " as in " << row[2]);
        REQUIRE(ours.contains(name));
        const auto [logits, target] = batches.at(row[0])();
        const auto expected = std::stod(row[3]);
        // MONAI's focal loss casts to fp32, hence 1e-7 and not less.
        const bool single = row[2].ends_with("single");
        CHECK(ours.at(name)(logits, target).item<double>() == Approx(expected).epsilon(single ? 1e-6 : 0).margin(1e-7));
        CHECK(ours.at(name)(logits.to(at::kFloat), target.to(at::kFloat)).item<double>() == Approx(expected).epsilon(2e-6).margin(2e-7));
        checked.emplace(row[0], name);
    }
    for (const auto& [name, loss] : ours) CHECK((checked.contains({"ramp", name}) && checked.contains({"wave", name})));
    for (const auto& name : of_absent_classes) CHECK((checked.contains({"empty", name}) && checked.contains({"full", name})));
}

TEST_CASE("tversky of four pixels is what the counts give by hand", "[loss]") {
    // p = 1, 1, 0, 0 and g = 1, 0, 1, 0: TP 1, FP 1, FN 1, so 1 - 1 / (1 + 0.3 + 0.7) = 0.5
    const auto logits = torch::tensor({50., 50., -50., -50.}).reshape({1, 1, 2, 2}), target = torch::tensor({1., 0., 1., 0.}).reshape({1, 1, 2, 2});
    CHECK(loss::tversky{.smooth = 1e-9}(logits, target).item<double>() == Approx(0.5));
    // FN counts more than FP: without the false negative 0.3 / 1.3, without the false positive 0.7 / 1.7
    CHECK(loss::tversky{.smooth = 1e-9}(logits, torch::tensor({1., 0., 0., 0.}).reshape({1, 1, 2, 2})).item<double>() == Approx(0.3 / 1.3));
    CHECK(loss::tversky{.smooth = 1e-9}(logits, torch::tensor({1., 1., 1., 0.}).reshape({1, 1, 2, 2})).item<double>() == Approx(0.7 / 2.7));
}
