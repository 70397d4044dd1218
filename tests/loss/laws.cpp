#include <facet/loss.hpp>

#include "support/test.hpp"

#include "laws/loss.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every loss keeps the loss laws", "[loss][laws]", loss::asymmetric_focal, loss::asymmetric_focal_tversky<>, loss::bce,
                   loss::boundary, loss::cl_dice<>, loss::dice<>, loss::dice_bce<>, loss::focal, loss::focal_tversky<>, loss::generalised_dice,
                   loss::hausdorff_dt, loss::jaccard<>, loss::lovasz_hinge, loss::mcc, loss::top_k_bce, loss::tversky<>, loss::unified_focal<>) {
    laws::loss(TestType{});
}

TEST_CASE("losses keep the laws away from their defaults too", "[loss][laws]") {
    laws::loss(loss::bce{.positive_weight = 9});
    laws::loss(loss::dice{.over = per::sample{}});
    laws::loss(loss::dice{.squared = true});
    laws::loss(loss::dice{.smooth = 1, .over = per::sample{}, .squared = true});
    laws::loss(loss::focal{.exponent = 0.5, .positive_weight = 0.25, .negative_weight = 0.75});
    laws::loss(loss::focal{.exponent = 0});
    laws::loss(loss::tversky{.over = per::sample{}});
    laws::loss(loss::focal_tversky{.exponent = 4. / 3});
    laws::loss(loss::focal_tversky{.exponent = 0.3, .over = per::sample{}});
    laws::loss(loss::jaccard{.over = per::sample{}});
    laws::loss(loss::asymmetric_focal_tversky{.exponent = 0.75, .over = per::sample{}});
    laws::loss(loss::unified_focal{.symmetric = true});
    laws::loss(loss::top_k_bce{.fraction = 0.01});
    laws::loss(loss::cl_dice{.iterations = 0, .over = per::sample{}});
    laws::loss(loss::hausdorff_dt{.exponent = 1});
    laws::loss(loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 10}});
    laws::loss(loss::sum{loss::dice{}, loss::weighted{loss::boundary{}, 0.01}});
}

TEST_CASE("the law against waiting for the device sees a loss that does", "[loss][laws]") {
    const auto c = laws::corners()[0];
    CHECK(laws::waits([&] { (c.logits - c.logits.mean().item<double>()).mean(); }) == 1);
    CHECK(laws::waits([&] { c.logits.mul(c.target).mean(); }) == 0);
}
