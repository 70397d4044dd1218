#pragma once

#include <cstddef>
#include <cstdint>
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

inline at::Tensor plain_gate(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x, const norm_tensors& p,
                      bool training = true) {
    const auto z = (plain_norm(fg, g, training) + plain_norm(fx, x, training)).relu();
    return at::cat({skip * plain_norm(at::conv2d(z, w), p, training).sigmoid(), up}, 1);
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

inline void check_gate(const shape& s, at::ScalarType type) {
    INFO(s.channels << " channels, " << (type == at::kFloat ? "fp32" : "bf16"));
    const shape half{s.images, s.channels / 2, s.height, s.width};
    const auto fg = image(half, type), fx = image(half, type), skip = image(s, type), up = image(s, type);
    const auto w = at::randn({1, half.channels, 1, 1}).to(where).set_requires_grad(true);
    const auto g = made_norm(half.channels), x = made_norm(half.channels), p = made_norm(1);
    const auto gd = in_double(g), xd = in_double(x), pd = in_double(p);
    const std::vector<at::Tensor> inputs{fg, fx, skip, up, w, g.weight, g.bias, x.weight, x.bias, p.weight, p.bias};
    const std::vector<at::Tensor> doubles{in_double(fg), in_double(fx), in_double(skip), in_double(up), in_double(w), gd.weight, gd.bias, xd.weight, xd.bias, pd.weight, pd.bias};
    REQUIRE(fused::takes(fg, fx, skip, up));
    const auto y = fused::gate(fg, fx, skip, up, w, g, x, p), yd = plain_gate(doubles[0], doubles[1], doubles[2], doubles[3], doubles[4], gd, xd, pd);
    CHECK(error(y, yd) < tolerance(type));
    CHECK(error(p.running_mean, pd.running_mean) < 1e-5);
    CHECK(error(x.running_variance, xd.running_variance) < 1e-5);
    const auto dy = at::randn(y.sizes()).to(type);
    const auto found = gradients(y, inputs, dy), expected = gradients(yd, doubles, dy);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        INFO("gradient " << i);
        if (i == 4 && half.channels == 1) continue; // psi's norm takes the size of a lone weight away: its gradient is 0 and rounding
        CHECK(error(found[i], expected[i]) < (type == at::kBFloat16 ? 2e-2 : 1e-4));
    }
    const at::NoGradGuard no_grad;
    CHECK(error(fused::gate_frozen(fg, fx, skip, up, w, g, x, p), plain_gate(doubles[0], doubles[1], doubles[2], doubles[3], doubles[4], gd, xd, pd, false)) < tolerance(type));
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
