#include <facet/model.hpp>

#include "support/test.hpp"

#include <facet/core/describe.hpp>

#include "laws/model.hpp"

using namespace facet;

TEST_CASE("every model keeps the model laws", "[model][laws]") {
    SECTION("attention_unet") { laws::model(model::attention_unet{.features = 8, .depth = 3}, true); }
    SECTION("attention_unet, coarse gates") { laws::model(model::attention_unet{.features = 8, .depth = 3, .coarse_gate = true}, true); }
    SECTION("attention_unet, heads") { laws::model(model::attention_unet{.features = 8, .depth = 3, .deep_supervision = true}, true); }
    SECTION("attention_unet, other layers") {
        laws::model(model::attention_unet{.features = 8, .depth = 3, .norm = norm::instance{}, .activation = activation::leaky_relu{}}, true);
        laws::model(model::attention_unet{.features = 8, .depth = 2, .norm = norm::group{.groups = 4}, .activation = activation::silu{}, .upsample = upsample::nearest{}}, true);
        laws::model(model::attention_unet{.features = 8, .depth = 2, .coarse_gate = true, .upsample = upsample::bilinear{}, .dropout = dropout::channels{}}, true);
    }
    SECTION("monai_attention_unet") { laws::model(model::monai_attention_unet{.features = 8, .depth = 3}, true); }
    SECTION("unet") { laws::model(model::unet{.features = 8, .depth = 3}, true); }
    SECTION("unet_plus_plus") { laws::model(model::unet_plus_plus{.features = 8, .depth = 3}, true); }
    SECTION("plain_conv_unet") { laws::model(model::plain_conv_unet{.features = 8, .max_features = 16, .depth = 3}, false); }
    SECTION("residual_unet") { laws::model(model::residual_unet{.features = 8, .max_features = 16, .depth = 3, .blocks = {1, 2, 1, 1}}, false); }
}

TEST_CASE("models keep the laws with other layers too", "[model][laws]") {
    SECTION("batch") { laws::model(model::plain_conv_unet{.features = 8, .depth = 2, .norm = norm::batch{}}, true); }
    SECTION("group") { laws::model(model::unet{.features = 8, .depth = 2, .deep_supervision = true, .norm = norm::group{.groups = 4}}, false); }
    SECTION("prelu") { laws::model(model::residual_unet{.features = 8, .depth = 2, .blocks = {1, 1, 1}, .activation = activation::prelu{}}, false); }
    SECTION("silu, bilinear") { laws::model(model::unet{.features = 8, .depth = 2, .norm = norm::instance{}, .activation = activation::silu{}, .upsample = upsample::bilinear{}}, false); }
    SECTION("gelu, nearest") { laws::model(model::unet_plus_plus{.features = 8, .depth = 2, .norm = norm::instance{}, .activation = activation::gelu{}, .upsample = upsample::nearest{}}, false); }
    SECTION("dropout of elements") { laws::model(model::unet{.features = 8, .depth = 2, .norm = norm::instance{}, .dropout = dropout::elements{}}, true); }
    SECTION("dropout of channels") { laws::model(model::plain_conv_unet{.features = 8, .depth = 2, .dropout = dropout::channels{.probability = 0.3}}, true); }
    SECTION("dropout in residual blocks") { laws::model(model::residual_unet{.features = 8, .depth = 2, .blocks = {1, 1, 1}, .dropout = dropout::elements{}}, true); }
}

TEST_CASE("a head of U-Net++ belongs to each depth of decoder, all at full resolution", "[model]") {
    const auto heads = model::unet_plus_plus{.features = 4, .depth = 3}(1)->forward_heads(at::rand({1, 1, 16, 16}));
    REQUIRE(heads.size() == 3);
    for (const auto& head : heads) CHECK(head.sizes() == at::IntArrayRef({1, 1, 16, 16}));
}

TEST_CASE("heads on the way up halve their sides", "[model]") {
    const auto heads = model::plain_conv_unet{.features = 4, .depth = 3}(1)->forward_heads(at::rand({1, 1, 32, 32}));
    REQUIRE(heads.size() == 3);
    CHECK(heads[1].sizes() == at::IntArrayRef({1, 1, 16, 16}));
    CHECK(heads[2].sizes() == at::IntArrayRef({1, 1, 8, 8}));
}

TEST_CASE("nnU-Net's convolutions begin with the spread of He et al. and without bias", "[model]") {
    torch::manual_seed(1);
    const auto net = model::plain_conv_unet{.features = 32, .depth = 2}(3);
    for (const auto& [name, t] : net->parameters()) {
        INFO(name);
        // fan-in n: standard deviation sqrt(2 / (1 + 0.01^2) / n), of which 5 standard errors are 5 / sqrt(2 * count)
        if (t.dim() == 4) CHECK(t.std().item<double>() == Approx(std::sqrt(2 / 1.0001 / static_cast<double>(t[0].numel()))).epsilon(5 / std::sqrt(2.0 * static_cast<double>(t.numel()))));
        if (name.ends_with(".bias")) CHECK(t.eq(0).all().item<bool>());
    }
}

TEST_CASE("a residual block begins as the identity", "[model]") {
    // With one block at full resolution and equal channels, stage 0 passes on what the stem gives, which is not negative but for the slope.
    const auto net = model::residual_unet{.features = 4, .depth = 1, .blocks = {3, 1}}(1);
    for (const auto& [name, t] : net->parameters())
        if (name.ends_with("conv2.norm.weight")) CHECK(t.eq(0).all().item<bool>());
    const auto images = at::rand({1, 1, 16, 16});
    const auto before = laws::evaluated(*net, images);
    const at::NoGradGuard no_grad;
    for (const auto& [name, t] : net->parameters())
        if (name.starts_with("encoder.stages.0.blocks.1.conv1") || name.starts_with("encoder.stages.0.blocks.2.conv2.conv")) t.normal_();
    CHECK(laws::evaluated(*net, images).allclose(before, 1e-4, 1e-5));
}

TEST_CASE("describe prints the layers of a model", "[model]") {
    CHECK(describe_policy(model::unet{.features = 8, .norm = norm::group{.groups = 4}, .dropout = dropout::channels{}})
          == R"({"policy":"model::unet","features":8,"depth":4,"deep_supervision":false,"norm":{"policy":"norm::group","groups":4},"activation":{"policy":"activation::relu"},"upsample":{"policy":"upsample::transposed"},"dropout":{"policy":"dropout::channels","probability":0.1}})");
}
