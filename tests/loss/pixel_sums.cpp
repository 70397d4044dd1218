#include <facet/loss.hpp>

#include "support/test.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "laws/loss.hpp"

using namespace facet;

namespace {

/// Sides that fill no vector, slices of more than one part, and soft targets.
std::vector<laws::loss_case> pictures() {
    auto cases = laws::corners();
    torch::manual_seed(3);
    for (const auto& [name, batch, height, width] : {std::tuple{"one pixel", 1, 1, 1}, {"narrow", 5, 7, 3}, {"several parts", 2, 211, 163}})
        cases.push_back({name, torch::randn({batch, 1, height, width}, at::kDouble).mul(4), torch::rand({batch, 1, height, width}, at::kDouble).gt(0.9).to(at::kDouble)});
    const auto any = torch::rand({2, 1, 9, 9}, at::kDouble);
    cases.push_back({"soft target", torch::randn_like(any), any});
    return cases;
}

/// The pass over fp32 gives what the plain operations give in double.
void check_pass(const laws::criterion& loss) {
    for (const auto& c : pictures()) {
        INFO(c.name);
        const auto z = c.logits.to(at::kFloat), g = c.target.to(at::kFloat);
        REQUIRE(pixel_sums<>::takes(z, g));
        REQUIRE(!pixel_sums<>::takes(c.logits, c.target));
        const auto [value, gradient] = laws::value_and_gradient(loss, z, g);
        const auto [expected, slope] = laws::value_and_gradient(loss, z.to(at::kDouble), g.to(at::kDouble));
        CHECK(value.scalar_type() == at::kFloat);
        CHECK(value.item<double>() == Approx(expected.item<double>()).epsilon(2e-6).margin(1e-6));
        CHECK((gradient.to(at::kDouble) - slope).abs().max().item<double>() <= 4e-6 * slope.abs().max().item<double>() + 1e-8); // one pixel alone: its fraction is formed in fp32
    }
}

} // namespace

TEST_CASE("losses of one pass over the pixels are those of plain operations", "[loss][pixel_sums]") {
    check_pass(loss::bce{});
    check_pass(loss::bce{.positive_weight = 7});
    check_pass(loss::dice{});
    check_pass(loss::dice{.over = per::sample{}});
    check_pass(loss::dice_bce{.dice_weight = 2, .bce_weight = 3});
    check_pass(loss::dice_bce{.over = per::sample{}});
    check_pass(loss::jaccard{});
    check_pass(loss::tversky{});
    check_pass(loss::mcc{});
    check_pass(loss::generalised_dice{});
    check_pass(loss::focal_tversky{.smooth = 1, .over = per::sample{}}); // with the usual 1e-5 their slope grows without bound towards a perfect prediction
    check_pass(loss::asymmetric_focal_tversky{.smooth = 1});
    check_pass(loss::unified_focal{.smooth = 1});
    check_pass(loss::unified_focal{.symmetric = true, .smooth = 1});
    check_pass(loss::focal{});
    check_pass(loss::focal{.exponent = 0.5, .positive_weight = 0.25, .negative_weight = 0.75});
    check_pass(loss::focal{.exponent = 0});
    check_pass(loss::asymmetric_focal{});
    check_pass(loss::asymmetric_focal{.exponent = 0.3, .positive_weight = 0.6});
}

TEST_CASE("each count of a slice carries its own gradient", "[loss][pixel_sums]") {
    const auto c = pictures()[13];
    const auto z = c.logits.to(at::kFloat).requires_grad_(), g = c.target.to(at::kFloat);
    const auto exact = c.logits.to(at::kFloat).to(at::kDouble).requires_grad_();
    const auto p = exact.sigmoid(), q = exact.neg().sigmoid();
    const std::array expected{p.mul(c.target), p.mul(1 - c.target), q.mul(c.target), q.mul(1 - c.target), loss::pixel_bce(exact, c.target, 3)};
    const auto n = pixel_sums<>::counts_and_bce(z, g, 3);
    for (std::size_t i = 0; i < n.size(); ++i)
        for (std::int64_t slice = 0; slice < z.size(0); ++slice) {
            CAPTURE(i, slice);
            const auto sum = expected[i][slice].sum();
            CHECK(n[i][slice].item<double>() == Approx(sum.item<double>()).epsilon(2e-6));
            const auto gradient = torch::autograd::grad({n[i][slice].sum()}, {z}, {}, true)[0], slope = torch::autograd::grad({sum}, {exact}, {}, true)[0];
            CHECK((gradient.to(at::kDouble) - slope).abs().max().item<double>() < 1e-6);
        }
}

TEST_CASE("cross-entropies and their slopes keep their digits however well a pixel is classified", "[loss][pixel_sums]") {
    const laws::criterion losses[]{loss::bce{}, loss::bce{.positive_weight = 1e-3}, loss::focal{}, loss::focal{.exponent = 0.5, .positive_weight = 1e-3}, loss::asymmetric_focal{}};
    for (std::size_t which = 0; which < std::size(losses); ++which)
        for (const double magnitude : {0.0, 1.0, 9.0, 20.0})
            for (const double z : {magnitude, -magnitude})
                for (const double g : {0.0, 0.3, 1.0}) {
                    CAPTURE(which, z, g);
                    const auto logits = at::full({1, 1, 3, 9}, z, at::kFloat), target = at::full({1, 1, 3, 9}, g, at::kFloat);
                    const auto [value, gradient] = laws::value_and_gradient(losses[which], logits, target);
                    const auto [expected, slope] = laws::value_and_gradient(losses[which], logits.to(at::kDouble), target.to(at::kDouble));
                    CHECK(value.item<double>() == Approx(expected.item<double>()).epsilon(2e-5).margin(1e-14));
                    CHECK((gradient / slope - 1).abs().max().item<double>() < 2e-5);
                }
    for (const double z : {30.0, 80.0}) // beyond what plain operations keep, in double too
        for (const double sign : {1.0, -1.0}) {
            CAPTURE(z, sign);
            const auto [value, gradient] = laws::value_and_gradient(loss::bce{}, at::full({1, 1, 1, 1}, z * sign, at::kFloat), at::full({1, 1, 1, 1}, sign > 0, at::kFloat));
            CHECK(value.item<double>() == Approx(std::exp(-z)).epsilon(1e-6));
            CHECK(gradient.item<double>() == Approx(-sign * std::exp(-z)).epsilon(1e-6));
        }
}

TEST_CASE("a pass over the pixels hides no number that is none, and is the same with any number of threads", "[loss][pixel_sums]") {
    const auto c = pictures()[13];
    auto z = c.logits.to(at::kFloat);
    const auto g = c.target.to(at::kFloat);
    const auto value = [&] { return laws::value_and_gradient(loss::dice_bce{}, z, g); };
    const auto threads = at::get_num_threads();
    at::set_num_threads(1);
    const auto [alone, alone_gradient] = value();
    at::set_num_threads(3);
    const auto [together, gradient] = value();
    at::set_num_threads(threads);
    CHECK(alone.equal(together));
    CHECK(alone_gradient.equal(gradient));

    z[1][0][100][100] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(value().first.item<double>()));
    CHECK(std::isnan(laws::value_and_gradient(loss::focal{}, z, g).first.item<double>()));
}

namespace mine {
/// Every other row, which no sum of whole slices gives.
struct every_other_row {
    using role = facet::role::extent;
    [[nodiscard]] at::Tensor sum(const at::Tensor& x) const { return x.slice(2, 0, x.size(2), 2).sum(); }
};
} // namespace mine

TEST_CASE("an extent of one's own sums pixels", "[loss][pixel_sums]") {
    const auto z = at::randn({2, 1, 8, 8}), g = at::rand({2, 1, 8, 8}).gt(0.5).to(at::kFloat);
    const auto half = [](const at::Tensor& x) { return x.slice(2, 0, 8, 2).contiguous(); };
    CHECK(loss::dice{.over = mine::every_other_row{}}(z, g).item<double>() == Approx(loss::dice{}(half(z), half(g)).item<double>()));
}

TEST_CASE("a second derivative is refused, not left out", "[loss][pixel_sums]") {
    const auto g = at::rand({2, 1, 8, 8}).gt(0.5).to(at::kFloat);
    const auto twice = [&](const auto& loss, at::ScalarType type) {
        const auto z = at::ones({2, 1, 8, 8}, type).requires_grad_();
        torch::autograd::grad({loss(z, g.to(type))}, {z}, {}, true, true)[0].square().sum().backward();
        return z.grad();
    };
    CHECK_THROWS_WITH(twice(loss::dice_bce{}, at::kFloat), Catch::Contains("no second derivative"));
    CHECK_THROWS_WITH(twice(loss::focal{}, at::kFloat), Catch::Contains("no second derivative"));
    CHECK(twice(loss::dice_bce{}, at::kDouble).abs().sum().item<double>() > 0);
}

TEMPLATE_TEST_CASE("what sums whole slices may sum them one by one before", "[loss][pixel_sums]", per::batch, per::sample) {
    STATIC_REQUIRE(per::of_whole_slices<TestType>);
    const auto x = at::randn({3, 1, 5, 7}, at::kDouble);
    CHECK(at::allclose(TestType{}.sum(x.sum({1, 2, 3}, true)), TestType{}.sum(x)));
}

TEST_CASE("what a pass over the pixels does not take runs as plain operations", "[loss][pixel_sums]") {
    const auto z = at::randn({2, 1, 8, 8}), g = at::rand({2, 1, 8, 8}).gt(0.8).to(at::kFloat);
    CHECK(pixel_sums<>::takes(z, g));
    CHECK(!pixel_sums<>::takes(z.to(at::kDouble), g.to(at::kDouble)));
    CHECK(!pixel_sums<>::takes(z.transpose(2, 3), g));
    CHECK(!pixel_sums<>::takes(z, g.to(at::kDouble)));
    CHECK(!pixel_sums<>::takes(z, at::zeros({2, 1, 8, 1})));
    CHECK(!pixel_sums<>::takes(z.narrow(0, 0, 0), g.narrow(0, 0, 0)));
    CHECK(loss::dice_bce{}(z.transpose(2, 3), g.transpose(2, 3)).item<double>() == Approx(loss::dice_bce{}(z, g).item<double>()));
}
