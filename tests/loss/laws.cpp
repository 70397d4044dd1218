#include <facet/loss.hpp>

#include "support/test.hpp"

#include "laws/loss.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every loss keeps the loss laws", "[loss][laws]", loss::asymmetric_focal, loss::asymmetric_focal_tversky, loss::bce, loss::dice,
                   loss::dice_bce, loss::focal, loss::focal_tversky, loss::generalised_dice, loss::jaccard, loss::lovasz_hinge, loss::mcc,
                   loss::top_k_bce, loss::tversky, loss::unified_focal) {
    laws::loss(TestType{});
}

TEST_CASE("losses keep the laws away from their defaults too", "[loss][laws]") {
    laws::loss(loss::bce{.positive_weight = 9});
    laws::loss(loss::dice{.per_sample = true});
    laws::loss(loss::dice{.squared = true});
    laws::loss(loss::dice{.smooth = 1, .per_sample = true, .squared = true});
    laws::loss(loss::focal{.exponent = 0.5, .positive_weight = 0.25, .negative_weight = 0.75});
    laws::loss(loss::focal{.exponent = 0});
    laws::loss(loss::tversky{.per_sample = true});
    laws::loss(loss::focal_tversky{.exponent = 4. / 3});
    laws::loss(loss::focal_tversky{.exponent = 0.3, .per_sample = true});
    laws::loss(loss::jaccard{.per_sample = true});
    laws::loss(loss::asymmetric_focal_tversky{.exponent = 0.75, .per_sample = true});
    laws::loss(loss::unified_focal{.symmetric = true});
    laws::loss(loss::top_k_bce{.fraction = 0.01});
    laws::loss(loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 10}});
}
