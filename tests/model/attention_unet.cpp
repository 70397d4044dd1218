#include <facet/model/attention_unet.hpp>

#include "support/test.hpp"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/fused.hpp>
#include <facet/engine/layers.hpp>
#include <facet/model/monai_attention_unet.hpp>

#include "model/golden.hpp"

namespace {

/// What tests/golden/attention_unet.py wrote: MONAI's weights, an input, and what MONAI makes of it.
std::shared_ptr<facet::network> monai_network(const golden& g) {
    auto net = facet::model::monai_attention_unet{.features = 4, .depth = 2}(3);
    facet::weights::copy_into(facet::weights::all_of(*net), g.weights(), "golden");
    net->train(true);
    return net;
}

} // namespace

TEST_CASE("the attention U-Net has as many parameters as MONAI's") {
    // MONAI 1.6.1, one input channel: tests/golden/attention_unet.py prints these.
    CHECK(count_parameters(*facet::model::monai_attention_unet{.features = 16, .depth = 4}(1)) == 1'987'417);
    CHECK(count_parameters(*facet::model::monai_attention_unet{.features = 32, .depth = 4}(1)) == 7'939'745);
}

TEST_CASE("merging with batch normalisation trades one slope a level for two numbers a channel") {
    const auto monai = count_parameters(*facet::model::monai_attention_unet{.features = 16, .depth = 4}(1));
    const auto ours = count_parameters(*facet::model::attention_unet{.features = 16, .depth = 4}(1));
    CHECK(ours - monai == 2 * (16 + 32 + 64 + 128) - 4);
}

TEST_CASE("with MONAI's weights the attention U-Net gives MONAI's logits") {
    const golden g{"attention_unet"};
    const auto net = monai_network(g);
    const auto images = g("images");
    // Of logits up to 3: MONAI ran in another memory layout, so sums are taken in another order.
    constexpr float rounding = 1e-5f;
    {
        const at::NoGradGuard no_grad;
        net->train(false);
        CHECK((net->forward(images) - g("logits.eval")).abs().max().item<float>() < rounding);
    }
    net->train(true);
    const auto logits = net->forward(images);
    CHECK((logits - g("logits.train")).abs().max().item<float>() < rounding);
    const auto first = net->parameters().front();
    REQUIRE(first.first == "model.0.conv.0.conv.weight");
    const auto gradient = torch::autograd::grad({logits.square().mean()}, {first.second})[0];
    CHECK(gradient.allclose(g("gradient.first"), 1e-3, 1e-6));
}

TEST_CASE("a bias before a normalisation moves into the running mean and changes nothing") {
    const golden g{"attention_unet"};
    const auto net = monai_network(g);
    const at::NoGradGuard no_grad;
    double folded = 0, biases = 0;
    for (const auto& [name, t] : net->buffers())
        if (name == "model.0.conv.0.conv.bias") biases = t.abs().sum().item<double>();
        else if (name == "model.0.conv.0.adn.N.running_mean") folded = (g("weights." + name) - g("weights.model.0.conv.0.conv.bias") - t).abs().max().item<double>();
    CHECK(biases == 0);
    CHECK(folded < 1e-7);
    net->train(false); // a second time folds nothing
    CHECK((net->forward(g("images")) - g("logits.eval")).abs().max().item<float>() < 2e-5f);
}

TEST_CASE("fused and plain blocks make the same network") {
    at::manual_seed(5);
    const auto net = facet::model::attention_unet{.features = 8, .depth = 3}(3);
    const auto images = at::rand({4, 3, 32, 32});
    const auto state = facet::weights::all_of(*net);
    std::vector<at::Tensor> before;
    for (const auto& [name, t] : state) before.push_back(t.detach().clone());
    const auto run = [&](bool fused) {
        const at::NoGradGuard guard;
        for (std::size_t i = 0; i < state.size(); ++i) state[i].second.detach().copy_(before[i]);
        facet::fused::enabled = fused;
        net->train(true);
        std::vector<at::Tensor> out, parameters;
        for (const auto& [name, t] : net->parameters()) parameters.push_back(t);
        {
            const at::AutoGradMode on{true};
            const auto logits = net->forward(images);
            out = torch::autograd::grad({logits.square().mean()}, parameters);
            out.push_back(logits.detach());
        }
        net->train(false);
        out.push_back(net->forward(images));
        for (const auto& [name, t] : net->buffers()) out.push_back(t.to(at::kFloat).clone());
        facet::fused::enabled = true;
        return out;
    };
    const auto plain = run(false), fused = run(true);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        INFO("tensor " << i);
        CHECK((fused[i] - plain[i]).norm().item<double>() <= 2e-4 * plain[i].norm().item<double>() + 1e-6);
    }
}

TEST_CASE("sides that do not halve evenly are an error, not a write beyond the image") {
    const auto net = facet::model::attention_unet{.features = 8, .depth = 1}(3);
    CHECK_THROWS_AS(net->forward(at::rand({1, 3, 17, 17})), c10::Error);
}

TEST_CASE("zeros beside the channels of an image change nothing") {
    at::manual_seed(6);
    const auto net = facet::model::attention_unet{.features = 8, .depth = 2}(3);
    const auto images = at::rand({2, 3, 16, 16});
    std::vector<at::Tensor> parameters;
    for (const auto& [name, t] : net->parameters()) parameters.push_back(t);
    const auto run = [&](bool padded) {
        facet::layers::pads_channels = padded;
        const auto logits = net->forward(images);
        facet::layers::pads_channels = false;
        auto out = torch::autograd::grad({logits.square().mean()}, parameters);
        out.push_back(logits.detach());
        return out;
    };
    const auto wide = facet::layers::detail::padded(images);
    CHECK(wide.sizes() == at::IntArrayRef{2, 8, 16, 16});
    CHECK(wide.narrow(1, 0, 3).equal(images));
    CHECK(wide.narrow(1, 3, 5).abs().max().item<float>() == 0);
    const auto as_is = run(false), padded = run(true);
    for (std::size_t i = 0; i < as_is.size(); ++i) {
        INFO("tensor " << i);
        CHECK(padded[i].sizes() == as_is[i].sizes());
        CHECK((padded[i] - as_is[i]).norm().item<double>() <= 1e-4 * as_is[i].norm().item<double>() + 1e-7);
    }
}

TEST_CASE("weights of another architecture are refused by name and shape") {
    const golden g{"attention_unet"};
    const auto wider = facet::model::monai_attention_unet{.features = 6, .depth = 2}(3);
    CHECK_THROWS_WITH(facet::weights::copy_into(facet::weights::all_of(*wider), g.weights(), "w.safetensors"),
                      Catch::Contains("w.safetensors") && Catch::Contains("[4,3,3,3] instead of [6,3,3,3]"));
    const auto ours = facet::model::attention_unet{.features = 4, .depth = 2}(3);
    CHECK_THROWS_WITH(facet::weights::copy_into(facet::weights::all_of(*ours), g.weights(), "w.safetensors"),
                      Catch::Contains("'model.1.merge.adn.N.weight' is missing"));
}

TEST_CASE("the logits are fp32 whatever autocast does to the rest") {
    const auto net = facet::model::attention_unet{.features = 4, .depth = 2}(3);
    at::autocast::set_autocast_enabled(at::kCPU, true);
    const auto logits = net->forward(at::rand({1, 3, 16, 16}));
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    CHECK(logits.scalar_type() == at::kFloat);
    CHECK(logits.sizes() == at::IntArrayRef({1, 1, 16, 16}));
}
