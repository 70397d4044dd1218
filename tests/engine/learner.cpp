#include <facet/engine/learner.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/trained.hpp"

using namespace facet;

namespace {

std::map<std::string, at::Tensor> copy_of(const named_tensors& tensors) {
    std::map<std::string, at::Tensor> out;
    for (const auto& [name, t] : tensors) out[name] = t.detach().clone();
    return out;
}

const std::string first_weight = "model.0.conv.0.conv.weight";

struct batch_of_noise {
    at::Tensor channels = at::rand({4, 2, 16, 16}), masks = at::rand({4, 1, 16, 16}).gt(0.8).to(at::kByte);
};

bool broken = false;

/// Without normalisation; the gradient of its weight comes out in another memory format than the weight has.
class plain_network final : public network {
public:
    plain_network() {
        weight_ = at::linspace(-0.2, 0.2, 36).view({1, 4, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true);
        first_ = at::linspace(-1, 1, 8).view({4, 2, 1, 1}).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true);
    }
    at::Tensor forward(const at::Tensor& images) override { return at::conv2d(at::conv2d(images, first_).tanh(), weight_.contiguous(), {}, at::IntArrayRef{1}, at::IntArrayRef{1}); }
    named_tensors parameters() override { return {{"weight", weight_}, {"first", first_}}; }
    named_tensors buffers() override { return {}; }
    void train(bool) override {}
    void to(at::Device) override {}

private:
    at::Tensor weight_, first_;
};

plan plain_plan() {
    plan p = plan_of<trained>;
    p.make_network = []() -> std::shared_ptr<network> { return std::make_shared<plain_network>(); };
    p.loss = [](const at::Tensor& logits, const at::Tensor& target) { return loss::bce{}(logits, target); };
    p.ema_decay = 0;
    return p;
}

} // namespace

TEST_CASE("a step that is not finite leaves the weights alone, and the next one goes on") {
    plan p = plan_of<trained>;
    p.loss = [](const at::Tensor& logits, const at::Tensor& target) { return plan_of<trained>.loss(logits, target).mul(broken ? NAN : 1.0); };
    learner<> student{p, at::kCPU, 1, 20};
    const batch_of_noise b;
    student.step(b.channels, b.masks);
    const auto before = copy_of(student.state());
    broken = true;
    student.step(b.channels, b.masks);
    broken = false;
    const auto after = copy_of(student.state());
    CHECK(before.at(first_weight).equal(after.at(first_weight)));
    CHECK(after.at("optimizer.mean.0").isfinite().all().item<bool>());
    CHECK_NOTHROW(student.check_finite(2));
    CHECK_THROWS_WITH(student.check_finite(1), Catch::Contains("from step 2 on"));
    student.step(b.channels, b.masks);
    CHECK_FALSE(copy_of(student.state()).at(first_weight).equal(before.at(first_weight)));
}

TEST_CASE("the average of the weights begins short") {
    plan p = plan_of<trained>;
    p.ema_decay = 0.99;
    learner<> student{p, at::kCPU, 1, 20};
    const batch_of_noise b;
    const auto start = copy_of(student.state()).at(first_weight);
    student.step(b.channels, b.masks);
    const auto now = copy_of(student.state()).at(first_weight);
    const double decay = 2.0 / 11; // (1 + n) / (10 + n) after n = 1 steps, less than 0.99
    CHECK(copy_of(student.weights()).at(first_weight).allclose(start.mul(decay).add(now, 1 - decay), 1e-5, 1e-7));
}

TEST_CASE("scoring with the average leaves the weights that are trained as they were") {
    learner<> student{plan_of<trained>, at::kCPU, 1, 20};
    const batch_of_noise b;
    for (int i = 0; i < 3; ++i) student.step(b.channels, b.masks);
    const auto before = copy_of(student.state());
    const auto averaged = student.logits(b.channels), raw = student.logits(b.channels, false);
    CHECK_FALSE(averaged.equal(raw));
    for (const auto& [name, t] : copy_of(student.state())) CHECK(t.equal(before.at(name)));
}

TEST_CASE("gradients longer than the limit are scaled to it") {
    // Plain descent with rate 1: the change of all weights together is the gradient after clipping.
    static constexpr auto plain = with(trained, optimizer::sgd{.learning_rate = 1, .momentum = 0, .nesterov = false, .weight_decay = 0, .clip_norm = 0.01}, schedule::constant{});
    learner<> student{plan_of<plain>, at::kCPU, 1, 20};
    const batch_of_noise b;
    const auto before = copy_of(student.state());
    student.step(b.channels, b.masks);
    double squares = 0;
    for (const auto& [name, t] : copy_of(student.state()))
        if (t.is_floating_point() && name.find("running") == name.npos) squares += (t - before.at(name)).square().sum().item<double>();
    CHECK(std::sqrt(squares) == Approx(0.01).epsilon(0.01));
}

TEST_CASE("a batch is learned by heart") {
    learner<> student{plan_of<trained>, at::kCPU, 1, 1000};
    const batch_of_noise b;
    const double first = student.step(b.channels, b.masks).item<double>();
    double last = first;
    for (int i = 0; i < 150; ++i) last = student.step(b.channels, b.masks).item<double>();
    CHECK(last < first / 2);
}

TEST_CASE("a forward pass that is not finite leaves running statistics and their average alone") {
    learner<> student{plan_of<trained>, at::kCPU, 1, 20};
    const batch_of_noise b;
    student.step(b.channels, b.masks);
    const auto before = copy_of(student.state());
    auto poisoned = b.channels.clone();
    poisoned[0][0][3][3] = NAN;
    student.step(poisoned, b.masks);
    int statistics = 0;
    for (const auto& [name, t] : copy_of(student.state())) {
        if (name.find("running") == std::string::npos) continue;
        ++statistics;
        INFO(name);
        CHECK(t.isfinite().all().item<bool>());
        if (!name.starts_with("average.")) CHECK(t.equal(before.at(name)));
    }
    CHECK(statistics > 20);
    student.step(b.channels, b.masks);
    CHECK(student.logits(b.channels).isfinite().all().item<bool>());
    CHECK_FALSE(copy_of(student.state()).at(first_weight).equal(before.at(first_weight)));
}

TEST_CASE("statistics that overflow while the loss does not are put back, too") {
    learner<> student{plan_of<trained>, at::kCPU, 1, 20};
    const batch_of_noise b;
    const auto before = copy_of(student.state());
    student.step(b.channels.mul(1e30), b.masks); // its square is infinite
    for (const auto& [name, t] : copy_of(student.state()))
        if (name.find("running") != std::string::npos) CHECK(t.isfinite().all().item<bool>());
    CHECK_THROWS_WITH(student.check_finite(1), Catch::Contains("from step 1 on"));
}

TEST_CASE("a gradient in another memory format than its weight is paired with it element by element") {
    const auto p = plain_plan();
    const batch_of_noise b;
    for (const std::int64_t batch : {1, 4}) {
        learner<> student{p, at::kCPU, 1, 20};
        // By hand: one step of AdamW moves every weight by the rate times the sign of its gradient, after the decay.
        plain_network twin;
        const auto channels = b.channels.slice(0, 0, batch), masks = b.masks.slice(0, 0, batch);
        loss::bce{}(twin.forward(channels), masks.to(at::kFloat)).backward();
        const double rate = student.learning_rate();
        student.step(channels, masks);
        for (const auto& [name, t] : twin.parameters()) {
            const at::NoGradGuard no_grad;
            const auto expected = t.mul(1 - rate * 1e-2).sub(t.grad().sign(), rate);
            INFO(name << ", batch " << batch);
            CHECK(copy_of(student.state()).at(name).allclose(expected, 0, 1e-4 * rate));
        }
    }
}

TEST_CASE("accumulated parts of a batch descend as the whole batch does") {
    auto whole = plain_plan(), parts = plain_plan();
    whole.watches_slices = parts.watches_slices = true;
    parts.accumulate = 2;
    const batch_of_noise b;
    learner<> one{whole, at::kCPU, 1, 20}, two{parts, at::kCPU, 1, 20};
    for (int i = 0; i < 5; ++i) {
        const double a = one.step(b.channels, b.masks).item<double>(), c = two.step(b.channels, b.masks).item<double>();
        CHECK(a == Approx(c).epsilon(1e-5));
        CHECK(one.slice_scores().allclose(two.slice_scores(), 1e-4, 1e-6));
    }
    const auto after = copy_of(two.state());
    for (const auto& [name, t] : copy_of(one.state()))
        if (!name.starts_with("failures")) CHECK(t.to(at::kDouble).allclose(after.at(name).to(at::kDouble), 1e-3, 1e-6));
}

TEST_CASE("a slice's score is the mean probability of its twenty highest pixels") {
    auto p = plain_plan();
    p.watches_slices = true;
    const batch_of_noise b;
    plain_network twin;
    const auto probability = twin.forward(b.channels).detach().sigmoid().flatten(1);
    learner<> student{p, at::kCPU, 1, 20};
    student.step(b.channels, b.masks);
    for (int i = 0; i < 4; ++i) {
        std::vector<float> sorted(probability[i].data_ptr<float>(), probability[i].data_ptr<float>() + 256);
        std::ranges::sort(sorted, std::greater{});
        double sum = 0;
        for (int k = 0; k < 20; ++k) sum += sorted[static_cast<std::size_t>(k)];
        // Ignored pixels count as certainly healthy; there are none here.
        CHECK(student.slice_scores()[i].item<double>() == Approx(sum / 20).epsilon(1e-4));
    }
}
