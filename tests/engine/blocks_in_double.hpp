#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/fused.hpp>

#include "support/test.hpp"

// Blocks of a network that run as one function, against plain operations in double.

namespace blocks {

using namespace facet;

/// Where the functions run; what they are compared with runs on the CPU.
inline at::Device where = at::kCPU;

struct shape {
    std::int64_t images, channels, height, width;
};
inline at::Tensor image(const shape& s, at::ScalarType type, double mean = 0.3, double deviation = 2) {
    return at::randn({s.images, s.channels, s.height, s.width}).mul(deviation).add(mean).to(where, type).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true);
}

inline norm_tensors made_norm(std::int64_t channels) {
    return {at::rand({channels}).add(0.5).to(where).set_requires_grad(true), at::randn({channels}).mul(0.3).to(where).set_requires_grad(true), at::randn({channels}).to(where),
            at::rand({channels}).add(0.5).to(where)};
}
/// The same numbers in double, with a history of their own.
inline at::Tensor in_double(const at::Tensor& t) { return t.detach().to(at::kCPU, at::kDouble).clone().set_requires_grad(t.requires_grad()); }
inline norm_tensors in_double(const norm_tensors& n) { return {in_double(n.weight), in_double(n.bias), in_double(n.running_mean), in_double(n.running_variance)}; }

inline at::Tensor plain_norm(const at::Tensor& x, const norm_tensors& n, bool training = true) {
    return at::batch_norm(x, n.weight, n.bias, n.running_mean, n.running_variance, training, 0.1, 1e-5, false);
}

/// Of the difference, relative to the size of `expected`.
inline double error(const at::Tensor& found, const at::Tensor& expected) {
    return (found.to(at::kCPU, at::kDouble) - expected).norm().item<double>() / (expected.norm().item<double>() + 1e-30);
}

inline std::vector<at::Tensor> gradients(const at::Tensor& y, const std::vector<at::Tensor>& of, const at::Tensor& dy) { return torch::autograd::grad({y}, of, {dy.to(y.device(), y.scalar_type())}); }

inline double tolerance(at::ScalarType type) { return type == at::kBFloat16 ? 1e-2 : 1e-5; }

/// All that a gate has, `before` or not, of images with this many channels.
inline gate_tensors made_gate(std::int64_t channels, at::ScalarType type, bool before) {
    const auto features = channels / 2;
    const auto convolution = [&] { return at::randn({features, channels, 1, 1}).div(std::sqrt(static_cast<double>(channels))).to(where, type).set_requires_grad(true); };
    return {convolution(), convolution(), at::randn({1, features, 1, 1}).to(where).set_requires_grad(true), made_norm(features), made_norm(features), made_norm(1),
            before ? std::make_optional(made_norm(channels)) : std::nullopt};
}
inline gate_tensors in_double(const gate_tensors& k) {
    return {in_double(k.up_weight), in_double(k.skip_weight), in_double(k.weight), in_double(k.up), in_double(k.skip), in_double(k.logit), k.before ? std::make_optional(in_double(*k.before)) : std::nullopt};
}
/// What has a gradient.
inline std::vector<at::Tensor> weights_of(const gate_tensors& k) {
    std::vector<at::Tensor> out{k.up_weight, k.skip_weight, k.weight, k.up.weight, k.up.bias, k.skip.weight, k.skip.bias, k.logit.weight, k.logit.bias};
    if (k.before) out.insert(out.end(), {k.before->weight, k.before->bias});
    return out;
}

/// What lies in memory in between is of the type `stored`.
inline at::Tensor plain_gate(const at::Tensor& up, const at::Tensor& skip, const gate_tensors& k, at::ScalarType stored, bool training = true) {
    const auto kept = [&](const at::Tensor& x) { return stored == at::kBFloat16 ? x.to(stored).to(at::kDouble) : x; };
    const auto u = k.before ? kept(plain_norm(up, *k.before, training).relu()) : up;
    const auto z = (plain_norm(kept(at::conv2d(u, k.up_weight)), k.up, training) + plain_norm(kept(at::conv2d(skip, k.skip_weight)), k.skip, training)).relu();
    return at::cat({skip * plain_norm(at::conv2d(z, k.weight), k.logit, training).sigmoid(), u}, 1);
}

/// Forward, running statistics, gradients, and with the statistics that were learned.
inline void check_norm(const shape& s, at::ScalarType type) {
    INFO(s.channels << " channels, " << (type == at::kFloat ? "fp32" : "bf16"));
    const auto x = image(s, type), xd = in_double(x);
    const auto n = made_norm(s.channels), nd = in_double(n);
    const auto dy = at::randn(x.sizes()).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    REQUIRE(fused::takes(x));
    const auto y = fused::norm_relu(x, n), yd = plain_norm(xd, nd).relu();
    CHECK(y.scalar_type() == type);
    CHECK(error(y, yd) < tolerance(type));
    CHECK(error(n.running_mean, nd.running_mean) < 1e-6);
    CHECK(error(n.running_variance, nd.running_variance) < 3e-6); // of fp32
    const auto g = gradients(y, {x, n.weight, n.bias}, dy), gd = gradients(yd, {xd, nd.weight, nd.bias}, dy);
    for (std::size_t i = 0; i < 3; ++i) CHECK(error(g[i], gd[i]) < tolerance(type));
    const at::NoGradGuard no_grad;
    CHECK(error(fused::norm_relu_frozen(x, n), plain_norm(xd, nd, false).relu()) < tolerance(type));
}

inline void check_gate(const shape& s, at::ScalarType type, bool before) {
    INFO(s.channels << " channels, " << (type == at::kFloat ? "fp32" : "bf16") << (before ? ", normalised before" : ""));
    const auto up = image(s, type), skip = image(s, type), up_d = in_double(up), skip_d = in_double(skip);
    const auto k = made_gate(s.channels, type, before), kd = in_double(k);
    REQUIRE(fused::takes_gate(up, skip, s.channels / 2));
    const auto y = fused::gate(up, skip, k), yd = plain_gate(up_d, skip_d, kd, type);
    CHECK(error(y, yd) < tolerance(type));
    CHECK(error(k.logit.running_mean, kd.logit.running_mean) < tolerance(type));
    CHECK(error(k.skip.running_variance, kd.skip.running_variance) < tolerance(type));
    const auto dy = at::randn(y.sizes()).to(type);
    std::vector<at::Tensor> inputs{up, skip}, doubles{up_d, skip_d};
    for (const auto& w : weights_of(k)) inputs.push_back(w);
    for (const auto& w : weights_of(kd)) doubles.push_back(w);
    const auto expected = gradients(yd, doubles, dy);
    // A gradient that the caller holds is copied; one that another operation hands over is written to.
    const auto held = torch::autograd::grad({y}, inputs, {dy.to(y.device())}, true), found = gradients(y.mul(1), inputs, dy);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        INFO("gradient " << i);
        CHECK(held[i].equal(found[i]));
        if (s.channels == 2 && i > 1 && i < 5) continue; // what a normalisation makes of one channel does not depend on its scale: the gradient is 0 and rounding
        CHECK(found[i].sizes() == inputs[i].sizes());
        CHECK(error(found[i], expected[i]) < (type == at::kBFloat16 ? 2e-2 : 1e-4));
    }
    const at::NoGradGuard no_grad;
    CHECK(error(fused::gate_frozen(up, skip, k), plain_gate(up_d, skip_d, kd, type, false)) < tolerance(type));
}

inline void check_extremes() {
    const auto x = image({2, 8, 16, 16}, at::kFloat, 1000, 1), xd = in_double(x);
    const auto n = made_norm(8), nd = in_double(n);
    CHECK(error(fused::norm_relu(x, n), plain_norm(xd, nd).relu()) < 1e-4); // of inputs that have 7 digits themselves
    const auto constant = at::full({2, 8, 16, 16}, 3.0f).to(where).contiguous(at::MemoryFormat::ChannelsLast);
    CHECK(fused::norm_relu(constant, n).allclose(n.bias.clamp_min(0).view({1, 8, 1, 1}).expand({2, 8, 16, 16}), 0, 1e-3)); // of a scale of 300
    auto none = at::zeros({1, 8, 4, 4}).to(where).contiguous(at::MemoryFormat::ChannelsLast);
    none.index_put_({0, 0, 0, 0}, NAN);
    CHECK(fused::norm_relu(none, made_norm(8)).isnan().any().item<bool>());
    CHECK(fused::norm_relu(none.to(at::kBFloat16), made_norm(8)).isnan().any().item<bool>());
}

} // namespace blocks
