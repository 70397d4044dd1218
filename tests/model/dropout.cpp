#include <facet/facet.hpp>

#include "support/test.hpp"

#include <facet/engine/blocks.hpp>
#include <facet/engine/learner.hpp>

using namespace facet;

namespace {

constexpr experiment forgetful{"forgetful", input::windows{hu{0, 1800}}, input::size{16},
                               model::unet{.features = 4, .depth = 2, .dropout = dropout::elements{.probability = 0.3}}, loss::bce{}, precision::fp32{},
                               budget{.steps = 20, .batch = 4}};

struct batch_of_noise {
    at::Tensor channels, masks;
    explicit batch_of_noise(std::uint64_t seed) {
        torch::manual_seed(seed);
        channels = at::rand({4, 1, 16, 16});
        masks = at::rand({4, 1, 16, 16}).gt(0.8).to(at::kByte);
    }
};

void copy_state(const learner<>& from, const learner<>& to) {
    const at::NoGradGuard no_grad;
    const auto source = from.state(), target = to.state();
    REQUIRE(source.size() == target.size());
    for (std::size_t i = 0; i < source.size(); ++i) target[i].second.copy_(source[i].second);
}

} // namespace

TEST_CASE("dropout keeps its share of elements, scaled so that the mean stays", "[model][dropout]") {
    torch::manual_seed(2);
    const auto x = at::ones({8, 16, 32, 32});
    const auto kept = layers::drop(dropout::elements{.probability = 0.3}, x, true);
    const double share = kept.ne(0).to(at::kDouble).mean().item<double>();
    CHECK(share == Approx(0.7).margin(5 * std::sqrt(0.21 / static_cast<double>(x.numel())))); // 5 standard errors
    CHECK(kept.masked_select(kept.ne(0)).sub(1 / 0.7).abs().max().item<double>() < 1e-6);
}

TEST_CASE("dropout of channels keeps a channel of an image whole or not at all", "[model][dropout]") {
    torch::manual_seed(2);
    const auto kept = layers::drop(dropout::channels{.probability = 0.3}, at::ones({64, 32, 4, 4}), true).flatten(2).ne(0).to(at::kDouble).mean(2);
    CHECK(kept.mul(1 - kept).abs().max().item<double>() == 0); // 0 or 1 everywhere
    CHECK(kept.mean().item<double>() == Approx(0.7).margin(5 * std::sqrt(0.21 / (64 * 32))));
}

TEST_CASE("without training dropout does nothing", "[model][dropout]") {
    const auto x = at::rand({2, 3, 4, 4});
    CHECK(layers::drop(dropout::elements{}, x, false).equal(x));
    CHECK(layers::drop(dropout::channels{}, x, false).equal(x));
    CHECK(layers::drop(dropout::none{}, x, true).is_same(x));
}

TEST_CASE("a resumed run draws the dropout that an unstopped one draws, bit by bit", "[model][dropout]") {
    const batch_of_noise b{7};
    learner<> whole{plan_of<forgetful>, at::kCPU, 1, 20};
    for (int i = 0; i < 4; ++i) whole.step(b.channels, b.masks);

    learner<> first{plan_of<forgetful>, at::kCPU, 1, 20};
    for (int i = 0; i < 2; ++i) first.step(b.channels, b.masks);
    learner<> second{plan_of<forgetful>, at::kCPU, 1, 20};
    copy_state(first, second);
    second.resume_at(2);
    at::rand({1000}); // whatever else draws in between
    for (int i = 0; i < 2; ++i) second.step(b.channels, b.masks);

    const auto expected = whole.state(), found = second.state();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO(expected[i].first);
        CHECK(found[i].second.equal(expected[i].second));
    }
}

TEST_CASE("dropout differs from step to step and from seed to seed", "[model][dropout]") {
    const batch_of_noise b{7};
    const auto loss_of = [&](std::uint64_t seed, std::int64_t step) {
        learner<> student{plan_of<forgetful>, at::kCPU, seed, 20}, weights{plan_of<forgetful>, at::kCPU, 1, 20};
        copy_state(weights, student);
        student.resume_at(step);
        return student.step(b.channels, b.masks).item<double>();
    };
    CHECK(loss_of(1, 0) == loss_of(1, 0));
    CHECK(loss_of(1, 0) != loss_of(1, 1));
    CHECK(loss_of(1, 0) != loss_of(2, 0));
}
