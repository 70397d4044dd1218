#include <facet/loss.hpp>

#include "support/test.hpp"

#include <cmath>
#include <utility>

#include "laws/loss.hpp"

using namespace facet;

namespace {

/// The same value and the same gradient at every corner.
void check_equal(const laws::criterion& a, const laws::criterion& b) {
    for (const auto& c : laws::corners()) {
        INFO(c.name);
        const auto [value_a, gradient_a] = laws::value_and_gradient(a, c.logits, c.target);
        const auto [value_b, gradient_b] = laws::value_and_gradient(b, c.logits, c.target);
        CHECK(value_a.item<double>() == Approx(value_b.item<double>()).epsilon(1e-9).margin(1e-12));
        CHECK((gradient_a - gradient_b).abs().max().item<double>() < 1e-9);
    }
}

} // namespace

TEST_CASE("tversky with weights 0.5 and 0.5 is dice with twice its smoothing", "[loss]") {
    check_equal(loss::tversky{.fp_weight = 0.5, .fn_weight = 0.5, .smooth = 0.5}, loss::dice{.smooth = 1});
    check_equal(loss::tversky{.fp_weight = 0.5, .fn_weight = 0.5, .smooth = 0.5, .over = per::sample{}}, loss::dice{.smooth = 1, .over = per::sample{}});
}

TEST_CASE("focal with exponent 0 is binary cross-entropy", "[loss]") {
    check_equal(loss::focal{.exponent = 0}, loss::bce{});
    check_equal(loss::focal{.exponent = 0, .positive_weight = 5}, loss::bce{.positive_weight = 5});
}

TEST_CASE("focal_tversky with exponent 1 is tversky where it is not perfect", "[loss]") {
    const auto c = laws::corners()[0];
    CHECK(loss::focal_tversky{.exponent = 1}(c.logits, c.target).item<double>() == Approx(loss::tversky{}(c.logits, c.target).item<double>()));
    check_equal(loss::focal_tversky{.exponent = 1, .smooth = 1}, [](const at::Tensor& z, const at::Tensor& g) { return loss::tversky{.smooth = 1}(z, g).clamp_min(1e-7); });
}

TEST_CASE("dice_bce is the weighted sum of dice and bce", "[loss]") {
    check_equal(loss::dice_bce{.dice_weight = 2, .bce_weight = 3}, [](const at::Tensor& z, const at::Tensor& g) { return loss::dice{}(z, g) * 2 + loss::bce{}(z, g) * 3; });
}

TEST_CASE("sum adds its losses and weighted multiplies one", "[loss]") {
    check_equal(loss::sum{loss::weighted{loss::dice{}, 2}, loss::weighted{loss::bce{}, 3}}, loss::dice_bce{.dice_weight = 2, .bce_weight = 3});
    check_equal(loss::sum{loss::focal{}}, loss::focal{});
}

TEST_CASE("of one slice, per sample and per batch are the same", "[loss]") {
    const auto c = laws::corners()[0];
    const auto z = c.logits.slice(0, 0, 1), g = c.target.slice(0, 0, 1);
    const auto value = [&](const auto& loss) { return loss(z, g).template item<double>(); };
    CHECK(value(loss::dice<per::sample>{}) == Approx(value(loss::dice<per::batch>{})).epsilon(1e-12));
    CHECK(value(loss::cl_dice<per::sample>{}) == Approx(value(loss::cl_dice<per::batch>{})).epsilon(1e-12));
    CHECK(value(loss::unified_focal<per::sample>{}) == Approx(value(loss::unified_focal<per::batch>{})).epsilon(1e-12));
    CHECK(loss::dice<per::sample>{}(c.logits, c.target).item<double>() != Approx(loss::dice<per::batch>{}(c.logits, c.target).item<double>()).epsilon(1e-6));
}

TEST_CASE("sum and weighted hand the distance maps on to the loss that takes them", "[loss]") {
    const loss::sum both{loss::dice{}, loss::weighted{loss::boundary{}, 3}};
    STATIC_REQUIRE(loss::needs_distances<decltype(both)>);
    STATIC_REQUIRE(!loss::of_masks<decltype(loss::weighted{loss::boundary{}, 3})>);
    STATIC_REQUIRE(!loss::needs_distances<decltype(loss::sum{loss::dice{}, loss::bce{}})>);
    check_equal(laws::with_distances(both), [](const at::Tensor& z, const at::Tensor& g) { return loss::dice{}(z, g) + laws::with_distances(loss::boundary{})(z, g) * 3; });
}

TEST_CASE("a sum takes soft targets where each of its losses does", "[loss]") {
    STATIC_REQUIRE(loss::takes_soft_targets<decltype(loss::sum{loss::bce{}, loss::weighted{loss::bce{}, 2}})>);
    STATIC_REQUIRE(!loss::takes_soft_targets<decltype(loss::sum{loss::bce{}, loss::dice{}})>);
    const auto soft = torch::tensor({0.3, 0.8});
    const auto value = [&](double shift) { return loss::bce{}((soft / (1 - soft)).log() + shift, soft).item<double>(); };
    CHECK(value(0) < value(0.1));
    CHECK(value(0) < value(-0.1));
}

TEST_CASE("unified_focal with one weight 0 is the other part", "[loss]") {
    const loss::unified_focal pixels{.focal_weight = 1, .tversky_weight = 0, .fn_weight = 0.6, .exponent = 0.5};
    check_equal(pixels, loss::asymmetric_focal{.exponent = 0.5, .positive_weight = 0.6});
    const loss::unified_focal region{.focal_weight = 0, .tversky_weight = 1, .fn_weight = 0.6, .exponent = 0.25};
    check_equal(region, loss::asymmetric_focal_tversky{.fp_weight = 0.4, .fn_weight = 0.6, .exponent = 0.75});
}

TEST_CASE("jaccard is tversky with both weights 1, and top_k_bce of all pixels is bce", "[loss]") {
    check_equal(loss::jaccard{}, loss::tversky{.fp_weight = 1, .fn_weight = 1});
    check_equal(loss::top_k_bce{.fraction = 1}, loss::bce{});
}

TEST_CASE("symmetric unified_focal is focal and focal Tversky of both classes", "[loss]") {
    const loss::unified_focal pixels{.focal_weight = 1, .tversky_weight = 0, .fn_weight = 0.6, .exponent = 2. / 3, .symmetric = true};
    check_equal(pixels, loss::focal{.exponent = 2. / 3, .positive_weight = 0.6, .negative_weight = 0.4});
}

TEST_CASE("mcc calls an empty mask with nothing found perfect, as it does a full agreement", "[loss]") {
    const auto empty = torch::zeros({1, 1, 8, 8});
    CHECK(loss::mcc{}(empty - 100, empty).item<double>() == Approx(0).margin(1e-6));
    CHECK(loss::mcc{}(empty + 100, empty + 1).item<double>() == Approx(0).margin(1e-6));
    CHECK(loss::mcc{}(empty + 100, empty).item<double>() > 0.9);
}

TEST_CASE("a slice without fracture feels the batch-wise dice and not the one per sample", "[loss]") {
    torch::manual_seed(3);
    auto target = torch::zeros({8, 1, 16, 16});
    target[0].slice(1, 4, 8).slice(2, 4, 8).fill_(1);
    const auto pull = [&](const auto& dice) {
        const auto gradient = laws::value_and_gradient(dice, torch::randn_like(target) - 1, target).second;
        return gradient.slice(0, 1).abs().sum().template item<double>() / gradient[0].abs().sum().template item<double>();
    };
    CHECK(pull(loss::dice<per::batch>{}) > 0.1);
    CHECK(pull(loss::dice<per::sample>{}) < 1e-3);
}

TEST_CASE("pixels set to logit -20 and target 0 leave a loss as if they were not there", "[loss]") {
    // The engine blanks ignored pixels like this. Losses that are means over pixels count them in the denominator.
    const auto c = laws::corners()[0];
    auto logits = torch::cat({c.logits, torch::full_like(c.logits, -20)}), target = torch::cat({c.target, torch::zeros_like(c.target)});
    CHECK(loss::dice{}(logits, target).item<double>() == Approx(loss::dice{}(c.logits, c.target).item<double>()).epsilon(1e-7));
    CHECK(loss::tversky{}(logits, target).item<double>() == Approx(loss::tversky{}(c.logits, c.target).item<double>()).epsilon(1e-7));
    CHECK(2 * laws::with_distances(loss::boundary{})(logits, target).item<double>() == Approx(laws::with_distances(loss::boundary{})(c.logits, c.target).item<double>()).epsilon(1e-7));
    CHECK(2 * laws::with_distances(loss::hausdorff_dt{})(logits, target).item<double>() == Approx(laws::with_distances(loss::hausdorff_dt{})(c.logits, c.target).item<double>()).epsilon(1e-7));
    CHECK(2 * loss::bce{}(logits, target).item<double>() == Approx(loss::bce{}(c.logits, c.target).item<double>()).epsilon(1e-7));
}

TEST_CASE("a batch without fracture still teaches generalised dice to find none", "[loss]") {
    const auto target = torch::zeros({1, 1, 4, 4}, at::kDouble), logits = torch::full({1, 1, 4, 4}, -3., at::kDouble);
    // Both classes weigh 1/16^2 then: (fp + fn)(w + w) / (2 tn w + (fp + fn)(w + w)), p = 0.047426.
    const double p = 1 / (1 + std::exp(3.)), wrong = 2 * 16 * p / 256, right = 2 * 16 * (1 - p) / 256;
    const auto [value, gradient] = laws::value_and_gradient(loss::generalised_dice{}, logits, target);
    CHECK(value.item<double>() == Approx(wrong / (right + wrong + 1e-5)).epsilon(1e-9));
    CHECK(gradient.min().item<double>() > 1e-4);
}

TEST_CASE("ignored pixels do count as true negatives, where a loss counts those", "[loss]") {
    const auto c = laws::corners()[0];
    const auto logits = torch::cat({c.logits, torch::full_like(c.logits, -20)}), target = torch::cat({c.target, torch::zeros_like(c.target)});
    for (const auto& [with, without] : {std::pair{loss::mcc{}(logits, target), loss::mcc{}(c.logits, c.target)}, std::pair{loss::generalised_dice{}(logits, target), loss::generalised_dice{}(c.logits, c.target)}})
        CHECK((with - without).abs().item<double>() > 1e-3);
}
