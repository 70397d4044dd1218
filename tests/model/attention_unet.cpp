#include <facet/model/attention_unet.hpp>

#include "support/test.hpp"

#include <filesystem>
#include <map>
#include <string>

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/weights.hpp>
#include <facet/io/mapped_file.hpp>

namespace {

std::int64_t count_parameters(facet::network& net) {
    std::int64_t n = 0;
    for (const auto& [name, t] : net.parameters()) n += t.numel();
    return n;
}

/// What tests/golden/attention_unet.py wrote: MONAI's weights, an input, and what MONAI makes of it.
class golden {
public:
    golden() : file_{std::filesystem::path{FACET_SOURCE_DIR} / "tests/golden/attention_unet.safetensors"} {
        for (const auto& t : facet::safetensors::parse(file_.bytes(), "golden").tensors) tensors_[t.name] = t;
    }
    [[nodiscard]] at::Tensor operator()(const std::string& name) const { return facet::weights::detail::view_of(tensors_.at(name)).clone(); }
    /// The tensors below `weights.`, as a file would hold them.
    [[nodiscard]] facet::safetensors::contents weights() const {
        facet::safetensors::contents out;
        for (auto [name, t] : tensors_)
            if (name.starts_with("weights.")) {
                t.name = name.substr(8);
                out.tensors.push_back(t);
            }
        return out;
    }

private:
    facet::mapped_file file_;
    std::map<std::string, facet::safetensors::tensor> tensors_;
};

std::shared_ptr<facet::network> monai_network(const golden& g) {
    auto net = facet::model::attention_unet{.features = 4, .depth = 2, .monai_merge = true}(3);
    facet::weights::copy_into(facet::weights::all_of(*net), g.weights(), "golden");
    return net;
}

} // namespace

TEST_CASE("the attention U-Net has as many parameters as MONAI's") {
    // MONAI 1.6.1, one input channel: tests/golden/attention_unet.py prints these.
    CHECK(count_parameters(*facet::model::attention_unet{.features = 16, .depth = 4, .monai_merge = true}(1)) == 1'987'417);
    CHECK(count_parameters(*facet::model::attention_unet{.features = 32, .depth = 4, .monai_merge = true}(1)) == 7'939'745);
}

TEST_CASE("merging with batch normalisation trades one slope a level for two numbers a channel") {
    const auto monai = count_parameters(*facet::model::attention_unet{.features = 16, .depth = 4, .monai_merge = true}(1));
    const auto ours = count_parameters(*facet::model::attention_unet{.features = 16, .depth = 4}(1));
    CHECK(ours - monai == 2 * (16 + 32 + 64 + 128) - 4);
}

TEST_CASE("with MONAI's weights the attention U-Net gives MONAI's logits") {
    const golden g;
    const auto net = monai_network(g);
    const auto images = g("images");
    // Of logits up to 3: MONAI ran in another memory layout, so sums are taken in another order.
    constexpr float rounding = 2e-5f;
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

TEST_CASE("weights of another architecture are refused by name and shape") {
    const golden g;
    const auto wider = facet::model::attention_unet{.features = 6, .depth = 2, .monai_merge = true}(3);
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
