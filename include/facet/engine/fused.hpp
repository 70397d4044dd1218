#pragma once

#include <cstdint>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <facet/engine/autocast.hpp>
#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cpu/kernels.hpp>
#include <facet/engine/cuda/kernels.hpp>

/// Blocks of a network as one function each: fewer passes over memory than a chain of operations, and less kept for the way back. The chain of plain
/// operations is their oracle (tests/engine/fused.cpp, tests/engine/cuda_kernels.cpp) and what runs everywhere else.
namespace facet::fused {

/// Turned off only to compare with the plain operations.
inline bool enabled = true;
/// The kernels of a GPU are proved right on the CPU but were never timed on a GPU: off until they were faster there (bench/gpu).
inline bool enabled_on_gpu = false;

namespace detail {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls `body` with the kernels for such an image.
decltype(auto) on_device_of(const at::Tensor& x, const auto& body) {
    if (enabled_on_gpu && cuda::kernels::takes(x)) return body(cuda::kernels{});
    return body(cpu::kernels{});
}

/// As it comes where the kernels can read it. (`contiguous` would leave [N,C,1,1] as it is, whatever its strides.)
template <class K> at::Tensor readable(const at::Tensor& gradient) { return K::reads(gradient) ? gradient : image_like(gradient, gradient.size(1)).copy_(gradient); }
/// The same, to be written to: nobody else holds it.
template <class K> at::Tensor owned(const at::Tensor& gradient) {
    const bool alone = gradient.use_count() == 1 && gradient.storage().use_count() == 1;
    return K::reads(gradient) && alone ? gradient : image_like(gradient, gradient.size(1)).copy_(gradient);
}

template <class K> struct norm_relu_function : torch::autograd::Function<norm_relu_function<K>> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance) {
        const auto statistics = K::learn(x, {weight, bias, running_mean, running_variance});
        auto y = image_like(x, x.size(1));
        K::norm_relu(x, statistics, y);
        context->save_for_backward({x, weight, statistics});
        return y;
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& x = saved[0];
        auto dx = image_like(x, x.size(1));
        const auto way = K::norm_relu_backward(x, readable<K>(gradients[0]), saved[1], saved[2], dx);
        return {dx, way.select(0, 3), way.select(0, 4), {}, {}};
    }
};

/// A convolution 1 x 1, w [G,C,1,1], as a product of matrices, which reads some channels of an image where they are.
inline at::Tensor pointwise(const at::Tensor& x, const at::Tensor& w) {
    if (x.is_cpu() && x.scalar_type() == at::kFloat && x.size(1) < 32) return at::conv2d(x, w).contiguous(at::MemoryFormat::ChannelsLast); // so few columns take MKL six times as long
    return at::mm(rows_of(x), w.flatten(1).t()).view({x.size(0), x.size(2), x.size(3), w.size(0)}).permute({0, 3, 1, 2});
}

struct gate_result {
    at::Tensor out; ///< [N,2C,H,W]
    gate_features features;
    at::Tensor before, logit; ///< statistics
};
template <class K> gate_result gate_forward(const at::Tensor& up, const at::Tensor& skip, const gate_tensors& k, bool training) {
    const autocast_off as_given{skip.device().type()}; // the weights are of the images' type, and so are the features
    const auto statistics = [&](const at::Tensor& x, const norm_tensors& n) { return training ? K::learn(x, n) : K::recall(n); };
    const auto channels = skip.size(1);
    gate_result r{.out = image_like(skip, 2 * channels)};
    auto right = r.out.narrow(1, channels, channels);
    if (k.before) {
        r.before = statistics(up, *k.before);
        K::norm_relu(up, r.before, right);
    } else right.copy_(up);
    auto& f = r.features;
    f = {.fg = pointwise(right, k.up_weight), .fx = pointwise(skip, k.skip_weight), .weight = k.weight, .logits = floats_near(skip, {skip.numel() / channels})};
    f.g = statistics(f.fg, k.up);
    f.x = statistics(f.fx, k.skip);
    if (training) r.logit = K::learn_logits(f, k.logit);
    else K::find_logits(f), r.logit = K::recall(k.logit);
    K::gate_skip(skip, f.logits, r.logit, r.out.narrow(1, 0, channels));
    return r;
}

template <class K> struct gate_function : torch::autograd::Function<gate_function<K>> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& up, const at::Tensor& skip, const at::Tensor& before_weight, const at::Tensor& before_bias, const at::Tensor& up_weight,
                              const at::Tensor& skip_weight, const at::Tensor& weight, const at::Tensor& g_weight, const at::Tensor& g_bias, const at::Tensor& x_weight, const at::Tensor& x_bias,
                              const at::Tensor& logit_weight, const at::Tensor& logit_bias, const gate_tensors& k) {
        const auto r = gate_forward<K>(up, skip, k, true);
        const auto& f = r.features;
        context->save_for_backward({k.before ? up : at::Tensor{}, skip, r.out, r.before, before_weight, up_weight, skip_weight, f.fg, f.fx, weight, f.g, f.x, f.logits, r.logit, g_weight, x_weight, logit_weight});
        return r.out;
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto v = context->get_saved_variables();
        const auto &up = v[0], &skip = v[1], &before = v[3], &up_weight = v[5], &skip_weight = v[6];
        const gate_features f{v[7], v[8], v[9], v[10], v[11], v[12]};
        const auto channels = skip.size(1);
        const auto gradient = owned<K>(gradients[0]), right = gradient.narrow(1, channels, channels);
        const auto d = K::gate_backward(f, v[13], skip, gradient.narrow(1, 0, channels), {v[14], v[15], v[16]});

        const auto d_fg = rows_of(d.fg), d_fx = rows_of(d.fx);
        const auto d_up_weight = d_fg.t().mm(rows_of(v[2].narrow(1, channels, channels))), d_skip_weight = d_fx.t().mm(rows_of(skip));
        rows_of(right).addmm_(d_fg, up_weight.flatten(1)); // added where the other part of the gradient is
        rows_of(d.skip).addmm_(d_fx, skip_weight.flatten(1));

        at::Tensor d_up = right, d_before_weight, d_before_bias;
        if (before.defined()) {
            d_up = image_like(up, channels);
            const auto way = K::norm_relu_backward(up, right, v[4], before, d_up);
            d_before_weight = way.select(0, 3), d_before_bias = way.select(0, 4);
        }
        return {d_up, d.skip, d_before_weight, d_before_bias, d_up_weight.view(up_weight.sizes()), d_skip_weight.view(skip_weight.sizes()), d.weight,
                d.way_g.select(0, 3), d.way_g.select(0, 4), d.way_x.select(0, 3), d.way_x.select(0, 4), d.way_logit.select(0, 3), d.way_logit.select(0, 4), {}};
    }
};

} // namespace detail

/// Whether there is a function for all of these images [N,C,H,W].
template <class... X> bool takes(const at::Tensor& first, const X&... others) {
    if (!enabled || !((others.scalar_type() == first.scalar_type()) && ...)) return false;
    return detail::on_device_of(first, [&]<class K>(K) { return K::takes(first) && (K::takes(others) && ...); });
}

/// Whether there is one for a gate with so many features.
inline bool takes_gate(const at::Tensor& up, const at::Tensor& skip, std::int64_t features) {
    return up.sizes() == skip.sizes() && takes(up, skip) && detail::on_device_of(skip, [&]<class K>(K) { return K::takes_channels(features); });
}

/// max(norm(x), 0) of a batch [N,C,H,W], moving the running statistics.
inline at::Tensor norm_relu(const at::Tensor& x, const norm_tensors& n) {
    return detail::on_device_of(x, [&]<class K>(K) { return detail::norm_relu_function<K>::apply(x, n.weight, n.bias, n.running_mean, n.running_variance); });
}
/// The same with the running statistics; carries no gradient.
inline at::Tensor norm_relu_frozen(const at::Tensor& x, const norm_tensors& n) {
    const at::NoGradGuard no_grad;
    auto y = image_like(x, x.size(1));
    detail::on_device_of(x, [&]<class K>(K) { K::norm_relu(x, K::recall(n), y); });
    return y;
}

/// [skip sigmoid(norm_logit(w . max(norm_up(fg) + norm_skip(fx), 0))), u] of up and skip [N,C,H,W]: u is max(norm_before(up), 0), or up where there is none
/// before; fg and fx are the features of u and skip by convolutions 1 x 1. The result is [N,2C,H,W]. Moves the running statistics.
inline at::Tensor gate(const at::Tensor& up, const at::Tensor& skip, const gate_tensors& k) {
    const auto none = at::empty({0}, k.weight.options()); // autograd wants a tensor
    const auto before = k.before.value_or(norm_tensors{none, none, {}, {}});
    return detail::on_device_of(skip, [&]<class K>(K) {
        return detail::gate_function<K>::apply(up, skip, before.weight, before.bias, k.up_weight, k.skip_weight, k.weight, k.up.weight, k.up.bias, k.skip.weight, k.skip.bias, k.logit.weight,
                                               k.logit.bias, k);
    });
}
/// The same with the running statistics; carries no gradient.
inline at::Tensor gate_frozen(const at::Tensor& up, const at::Tensor& skip, const gate_tensors& k) {
    const at::NoGradGuard no_grad;
    return detail::on_device_of(skip, [&]<class K>(K) { return detail::gate_forward<K>(up, skip, k, false).out; });
}

} // namespace facet::fused
