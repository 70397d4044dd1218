#include <facet/engine/learner.hpp>

#include "support/test.hpp"

#include <map>
#include <string>

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
    CHECK_THROWS_WITH(student.check_finite(1), Catch::Contains("from step 1 on"));
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
