#include <facet/optimizer.hpp>

#include "support/test.hpp"

#include <map>
#include <memory>
#include <string>

#include "laws/optimizer.hpp"
#include "support/golden.hpp"

using namespace facet;

namespace {

/// The bowl of tests/golden/optimizers.py: twenty steps.
at::Tensor descend(const std::function<std::unique_ptr<optimizer::state>(const std::vector<at::Tensor>&)>& start, at::ScalarType type, int restart_at = -1) {
    const auto weights = torch::linspace(-1, 1, 10, type);
    auto state = start({weights});
    const auto rate = torch::zeros({}, at::kFloat), index = torch::arange(10, type);
    for (int step = 0; step < 20; ++step) {
        if (step == restart_at) state = laws::resumed(*state, start({weights}));
        rate.fill_(0.1 / (step + 1));
        state->step({(weights - (index + step).sin()) * 2 * (index + 1)}, rate);
    }
    return weights;
}

const std::map<std::string, std::function<std::unique_ptr<optimizer::state>(const std::vector<at::Tensor>&)>> ours{
    {"adamw", [](const auto& p) { return optimizer::adamw{.weight_decay = 0.05}.start(p); }},
    {"adam", [](const auto& p) { return optimizer::adam{.weight_decay = 0.05, .beta1 = 0.8, .beta2 = 0.99}.start(p); }},
    {"rmsprop", [](const auto& p) { return optimizer::rmsprop{.smoothing = 0.9}.start(p); }},
    {"rmsprop_full", [](const auto& p) { return optimizer::rmsprop{.smoothing = 0.9, .momentum = 0.5, .centred = true, .weight_decay = 0.02}.start(p); }},
    {"lion", [](const auto& p) { return optimizer::lion{.weight_decay = 0.2}.start(p); }},
    {"sgd_nesterov", [](const auto& p) { return optimizer::sgd{.momentum = 0.9, .weight_decay = 0.01}.start(p); }},
    {"sgd_momentum", [](const auto& p) { return optimizer::sgd{.momentum = 0.9, .nesterov = false, .weight_decay = 0.01}.start(p); }},
    {"sgd_plain", [](const auto& p) { return optimizer::sgd{.momentum = 0, .nesterov = false, .weight_decay = 0}.start(p); }},
};

} // namespace

TEST_CASE("twenty steps of every optimiser end where those of torch.optim, and of the formula of lion's authors, end", "[optimizer][golden]") {
    for (const auto& [name, start] : ours) {
        const auto weights = descend(start, at::kFloat);
        int seen = 0;
        for (const auto& row : golden_rows("optimizers.csv")) {
            if (row[0] != name) continue;
            INFO(name << ", weight " << row[1]);
            CHECK(weights[std::stoi(row[1])].item<double>() == Approx(std::stod(row[2])).epsilon(0).margin(name.starts_with("rmsprop") ? 2e-5 : 2e-6)); // fp32 against double; rmsprop divides by what may be small
            ++seen;
        }
        CHECK(seen == 10);
    }
}

TEST_CASE("an optimiser restored from its tensors continues with the same bits", "[optimizer]") {
    for (const auto& [name, start] : ours) {
        INFO(name);
        CHECK(torch::equal(descend(start, at::kFloat), descend(start, at::kFloat, 7)));
    }
}

TEST_CASE("moments keep the memory format of their weights", "[optimizer]") {
    const auto weight = torch::randn({8, 4, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto state = optimizer::adamw{}.start({weight});
    for (const auto& [name, t] : state->tensors())
        if (t.dim() == 4) CHECK(t.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("a learning rate of 0 leaves every weight alone", "[optimizer]") { // what the engine does with a step that is not finite
    for (const auto& [name, start] : ours) {
        INFO(name);
        const auto weights = torch::linspace(-1, 1, 10, at::kFloat), before = weights.clone();
        start({weights})->step({torch::zeros({10})}, torch::zeros({}, at::kFloat));
        CHECK(torch::equal(weights, before));
    }
}
