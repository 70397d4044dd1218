#include <facet/loss.hpp>

#include "support/test.hpp"

#include <cmath>
#include <string>

#include "laws/loss.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

/// What a peer says, of tests/golden/traps.csv.
double peer(const std::string& of, const std::string& loss, const std::string& who) {
    for (const auto& row : golden_rows("traps.csv"))
        if (row[0] == "loss" && row[1] == of && row[2] == loss && row[3] == who) return std::stod(row[4]);
    throw std::runtime_error{"no such trap"};
}

at::Tensor filled(double logit) { return torch::full({1, 1, 8, 8}, logit); }
const auto nothing = [] { return torch::zeros({1, 1, 8, 8}); };

} // namespace

TEST_CASE("focal Tversky of a perfect prediction has a gradient, where those of MONAI's and smp's Tversky losses are NaN", "[loss][golden]") {
    for (const char* who : {"monai", "smp"}) {
        CHECK(peer("perfect", "focal_tversky", who) == 0);
        CHECK(peer("perfect", "focal_tversky_nan_gradients", who) == 64 * 64); // the peer's bug, as recorded
    }
    const auto target = torch::arange(64 * 64).remainder(7).eq(0).to(at::kFloat).view({1, 1, 64, 64});
    const laws::criterion ours[]{loss::focal_tversky{}, loss::focal_tversky{.smooth = 1}, loss::asymmetric_focal_tversky{}, loss::unified_focal{}, loss::unified_focal{.symmetric = true}};
    for (const auto& loss : ours) {
        const auto [value, gradient] = laws::value_and_gradient(loss, (2 * target - 1) * 100, target);
        CHECK(value.item<double>() >= 0);
        CHECK(value.item<double>() < 0.02); // the base is kept above 1e-7; half its fourth root is 0.009
        CHECK(gradient.isfinite().all().item<bool>());
    }
}

TEST_CASE("false alarms in a batch without fracture cost something, where smp's overlap losses are 0 whatever is called", "[loss][golden]") {
    for (const char* called : {"nothing_called", "half_called", "everything_called"})
        for (const char* loss : {"dice", "jaccard", "tversky"}) CHECK(peer(called, loss, "smp") == 0); // the peer's rule, as recorded
    const laws::criterion ours[]{loss::dice{}, loss::jaccard{}, loss::tversky{}};
    for (const auto& loss : ours) {
        CHECK(loss(filled(20), nothing()).item<double>() > 0.99);
        CHECK(loss(filled(0), nothing()).item<double>() > 0.99);
        CHECK(loss(filled(-20), nothing()).item<double>() < loss(filled(0), nothing()).item<double>());
    }
}

TEST_CASE("the correlation loss of an empty batch grows with what is called, where MONAI's is 1 whatever is called", "[loss][golden]") {
    for (const char* called : {"nothing_called", "half_called", "everything_called"}) CHECK(peer(called, "mcc", "monai") == Approx(1)); // the peer's value, as recorded
    const auto value = [](double logit) { return loss::mcc{}(filled(logit), nothing()).item<double>(); };
    CHECK(value(-20) < 1e-5);
    CHECK(value(0) > value(-20) + 0.1);
    CHECK(value(20) > value(0) + 0.1);
}
