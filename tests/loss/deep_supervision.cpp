#include <facet/facet.hpp>

#include "support/test.hpp"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/learner.hpp>
#include <facet/engine/supervision.hpp>

#include "laws/loss.hpp"
#include "model/golden.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

constexpr experiment plain{"plain", input::windows{hu{0, 1800}}, input::size{16}, model::plain_conv_unet{.features = 4, .depth = 3}, loss::bce{},
                           optimizer::sgd{.learning_rate = 0.1, .weight_decay = 0}, schedule::constant{}, precision::fp32{}, budget{.steps = 20, .batch = 2}};
constexpr auto supervised = with(plain, loss::deep_supervision{loss::bce{}});
constexpr auto both_supervised = with(plain, loss::deep_supervision{loss::dice_bce{}});
constexpr auto alike = with(plain, loss::deep_supervision{loss::bce{}, 1});
constexpr auto as_nnunet = with(plain, loss::deep_supervision{loss::bce{}, 0.5, true});

/// Heads that are what they are told to be.
struct fixed_heads final : network {
    std::vector<at::Tensor> heads;
    at::Tensor forward(const at::Tensor&) override { return heads[0]; }
    std::vector<at::Tensor> forward_heads(const at::Tensor&) override { return heads; }
    named_tensors parameters() override { return {}; }
    named_tensors buffers() override { return {}; }
    void train(bool) override {}
    void to(at::Device) override {}
};

/// The largest change of a head's weights in one step of training.
template <const auto& e> double moved(const std::string& head) {
    torch::manual_seed(4);
    const auto channels = at::rand({2, 1, 16, 16}), masks = at::rand({2, 1, 16, 16}).gt(0.7).to(at::kByte);
    learner<> student{plan_of<e>, at::kCPU, 1, 20};
    const auto weight = [&] {
        for (const auto& [name, t] : student.weights())
            if (name == "decoder.seg_layers." + head + ".weight") return t.detach().clone();
        return at::Tensor{};
    };
    const auto before = weight();
    student.step(channels, masks);
    return weight().sub(before).abs().max().template item<double>();
}

} // namespace

TEST_CASE("deep supervision keeps the loss laws", "[loss][laws]") {
    laws::loss(loss::deep_supervision{loss::dice_bce{}});
    laws::loss(loss::deep_supervision{loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 2}}});
}

TEST_CASE("heads weigh 1, 1/2, 1/4, ..., divided by their sum", "[loss]") {
    constexpr loss::deep_supervision ours{loss::bce{}};
    CHECK(ours.head_weight(0, 3) == Approx(4.0 / 7));
    CHECK(ours.head_weight(1, 3) == Approx(2.0 / 7));
    CHECK(ours.head_weight(2, 3) == Approx(1.0 / 7));
    CHECK(ours.head_weight(0, 1) == 1);
}

TEST_CASE("with the lowest head off the weights are nnU-Net's", "[loss]") {
    // nnUNetTrainer: 1 / 2^i, the last 0, divided by their sum; five heads
    constexpr loss::deep_supervision nnunet{loss::bce{}, 0.5, true};
    const double expected[]{8.0 / 15, 4.0 / 15, 2.0 / 15, 1.0 / 15, 0};
    for (int i = 0; i < 5; ++i) CHECK(nnunet.head_weight(i, 5) == Approx(expected[i]));
}

TEST_CASE("without decay all heads weigh the same, as in U-Net++", "[loss]") {
    constexpr loss::deep_supervision equal{loss::bce{}, 1};
    for (int i = 0; i < 4; ++i) CHECK(equal.head_weight(i, 4) == 0.25);
}

TEST_CASE("masks are thinned as nnU-Net thins them, ignored pixels included", "[loss]") {
    const golden g{"models_nnunet"}; // DownsampleSegForDSTransform of batchgeneratorsv2
    const auto masks = g("masks.0");
    for (int i = 0; i < 4; ++i) {
        const auto small = thinned(masks, 32 >> i);
        CHECK(small.equal(g("masks." + std::to_string(i))));
        CHECK(small.equal(at::_upsample_nearest_exact2d(masks, {32 >> i, 32 >> i})));
    }
}

TEST_CASE("training goes down the weighted sum of the losses of the heads", "[loss]") {
    fixed_heads net;
    net.heads = {at::full({1, 1, 4, 4}, 1.0), at::full({1, 1, 2, 2}, -2.0), at::full({1, 1, 1, 1}, 3.0)};
    const auto masks = at::ones({1, 1, 4, 4}, at::kByte);
    const auto bce = [](double z) { return std::log1p(std::exp(-z)); }; // of a fracture pixel
    const double expected = (4 * bce(1) + 2 * bce(-2) + bce(3)) / 7;
    CHECK(training_loss(plan_of<supervised>, net, at::zeros({1, 1, 4, 4}), masks).item<double>() == Approx(expected));
    CHECK(training_loss(plan_of<as_nnunet>, net, at::zeros({1, 1, 4, 4}), masks).item<double>() == Approx((2 * bce(1) + bce(-2)) / 3));
    CHECK(training_loss(plan_of<plain>, net, at::zeros({1, 1, 4, 4}), masks).item<double>() == Approx(bce(1)));
}

TEST_CASE("heads together have the value of MONAI's DeepSupervisionLoss", "[loss][golden]") {
    const auto i = torch::arange(192, at::kDouble), few = torch::arange(48, at::kDouble);
    auto target = (0.11 * i * i).sin().gt(0.6);
    target.slice(0, 64, 128).zero_();
    fixed_heads net; // the wave of tests/golden/losses.py
    for (const auto& head : {(3 * (0.37 * i).sin() + (1.7 * i).cos() - 1).view({3, 1, 8, 8}), (2 * (0.9 * few + 1).sin()).view({3, 1, 4, 4}),
                             (3 * (0.7 * few.slice(0, 0, 12)).cos()).view({3, 1, 2, 2})})
        net.heads.push_back(head.to(at::kFloat));
    const std::map<std::string, const plan*> plans{{"bce", &plan_of<supervised>}, {"dice_bce", &plan_of<both_supervised>}, {"lowest_off", &plan_of<as_nnunet>}, {"alike", &plan_of<alike>}};
    std::size_t checked = 0;
    for (const auto& row : golden_rows("losses.csv")) {
        if (row[0] != "heads") continue;
        INFO(row[1]);
        const auto ours = training_loss(*plans.at(row[1]), net, at::zeros({3, 1, 8, 8}), target.view({3, 1, 8, 8}).to(at::kByte));
        CHECK(ours.item<double>() == Approx(std::stod(row[3])).epsilon(1e-6)); // both in single precision
        ++checked;
    }
    CHECK(checked == plans.size());
}

TEST_CASE("an ignored pixel carries no gradient at any head", "[loss]") {
    fixed_heads net;
    net.heads = {at::zeros({1, 1, 4, 4}).requires_grad_(), at::zeros({1, 1, 2, 2}).requires_grad_()};
    auto masks = at::zeros({1, 1, 4, 4}, at::kByte);
    masks.slice(2, 0, 2).slice(3, 0, 2).fill_(ignore_label);
    const auto loss = training_loss(plan_of<supervised>, net, at::zeros({1, 1, 4, 4}), masks);
    const auto gradients = torch::autograd::grad({loss}, net.heads);
    CHECK(gradients[0].slice(2, 0, 2).slice(3, 0, 2).eq(0).all().item<bool>());
    CHECK(gradients[1][0][0][0][0].item<double>() == 0);
    CHECK(gradients[1][0][0][1][1].item<double>() != 0);
}

TEST_CASE("a plain loss trains the head of full resolution and leaves the others alone", "[loss]") {
    CHECK(moved<plain>("2") > 0);
    CHECK(moved<plain>("1") == 0);
    CHECK(moved<plain>("0") == 0);
}

TEST_CASE("deep supervision trains every head, and not the lowest where it is off", "[loss]") {
    CHECK(moved<supervised>("2") > 0);
    CHECK(moved<supervised>("1") > 0);
    CHECK(moved<supervised>("0") > 0);
    CHECK(moved<as_nnunet>("1") > 0);
    CHECK(moved<as_nnunet>("0") == 0);
}

TEST_CASE("the plan of a plain loss knows no heads", "[loss]") {
    CHECK(plan_of<plain>.head_weight == nullptr);
    REQUIRE(plan_of<supervised>.head_weight != nullptr);
    CHECK(plan_of<supervised>.head_weight(0, 2) == Approx(2.0 / 3));
    CHECK_THAT(plan_of<supervised>.describe(), Catch::Contains(R"("loss":{"policy":"loss::deep_supervision","loss":{"policy":"loss::bce")"));
}
