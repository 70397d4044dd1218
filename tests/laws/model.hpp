#pragma once

// What every facet::model::policy promises. Included after support/test.hpp.

#include <set>
#include <string>
#include <vector>

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/weights.hpp>
#include <facet/model/concept.hpp>

namespace laws {

/// A network away from its beginning: what starts at 0 hides what lies behind it.
template <facet::model::policy Model> std::shared_ptr<facet::network> stirred(const Model& model, std::uint64_t seed) {
    torch::manual_seed(seed);
    auto net = model(2);
    const at::NoGradGuard no_grad;
    for (const auto& [name, t] : net->parameters()) t.add_(at::randn_like(t), 0.1);
    return net;
}

inline at::Tensor evaluated(facet::network& net, const at::Tensor& images) {
    const at::NoGradGuard no_grad;
    net.train(false);
    return net.forward(images);
}

/// For slices of 32 pixels. `differs_in_training`: because of batch normalisation or dropout, and for no other reason.
template <facet::model::policy Model> void model(const Model& model, bool differs_in_training) {
    const auto net = stirred(model, 5);
    const auto images = at::rand({3, 2, 32, 32});
    const auto logits = evaluated(*net, images);
    CHECK(logits.sizes() == at::IntArrayRef({3, 1, 32, 32}));
    CHECK(logits.scalar_type() == at::kFloat);

    std::set<std::string> names;
    const auto all = facet::weights::all_of(*net);
    for (const auto& [name, t] : all) names.insert(name);
    CHECK(names.size() == all.size());

    { // Heads: as many as the description says, full resolution first, and the first is the prediction.
        const at::NoGradGuard no_grad;
        const auto heads = net->forward_heads(images);
        CHECK(static_cast<int>(heads.size()) == facet::model::heads_of(model));
        CHECK(heads[0].equal(logits));
        for (std::size_t i = 1; i < heads.size(); ++i) {
            CHECK(heads[i].size(2) <= heads[i - 1].size(2));
            CHECK(32 % heads[i].size(2) == 0);
            CHECK(heads[i].scalar_type() == at::kFloat);
        }
    }

    // Evaluation is a function of the image alone.
    const auto before = facet::weights::serialise(all, {});
    CHECK(evaluated(*net, images).equal(logits));
    CHECK(evaluated(*net, images.slice(0, 1, 2)).allclose(logits.slice(0, 1, 2), 1e-4, 1e-5));
    CHECK(evaluated(*net, images.contiguous(at::MemoryFormat::ChannelsLast)).allclose(logits, 1e-4, 1e-5));
    CHECK((facet::weights::serialise(all, {}) == before)); // bytes, which cannot be printed

    // Training sees the same network, but for what the description says.
    net->train(true);
    {
        const at::NoGradGuard no_grad;
        CHECK(net->forward(images).allclose(logits, 1e-4, 1e-5) != differs_in_training);
    }

    // A gradient reaches every parameter.
    std::vector<at::Tensor> parameters;
    for (const auto& [name, t] : net->parameters()) parameters.push_back(t);
    std::vector<at::Tensor> sums;
    for (const auto& head : net->forward_heads(images)) sums.push_back(head.mul(at::randn_like(head)).sum());
    const auto gradients = torch::autograd::grad({at::stack(sums).sum()}, parameters, {}, std::nullopt, false, true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        INFO(net->parameters()[i].first);
        REQUIRE(gradients[i].defined());
        CHECK(gradients[i].isfinite().all().item<bool>());
        if (gradients[i].dim() > 1) CHECK(gradients[i].abs().max().item<double>() > 1e-6); // a bias before a normalisation does nothing
    }

    // A file holds all there is.
    const auto restored = stirred(model, 6);
    CHECK_FALSE(evaluated(*restored, images).equal(logits));
    const auto saved = facet::weights::serialise(all, {});
    facet::weights::copy_into(facet::weights::all_of(*restored), facet::safetensors::parse(saved, "laws"), "laws");
    CHECK(evaluated(*restored, images).equal(evaluated(*net, images)));

    // Under bf16 the logits are fp32, and about the same.
    const at::Tensor exact = evaluated(*net, images);
    at::autocast::set_autocast_enabled(at::kCPU, true);
    const at::Tensor coarse = evaluated(*net, images);
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    CHECK(coarse.scalar_type() == at::kFloat);
    CHECK(coarse.sub(exact).abs().mean().item<double>() < 0.1 * exact.abs().mean().item<double>() + 1e-3);
}

} // namespace laws
