#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cpu/gate.hpp>
#include <facet/engine/cpu/norm.hpp>

/// The blocks of engine/fused.hpp on the CPU. Statistics are in fp32 and double whatever the images are.
namespace facet::cpu {

/// Whether the kernels take such an image [N,C,H,W]: on the CPU, fp32 or bf16, channels_last.
inline bool takes(const at::Tensor& x) {
    return x.is_cpu() && is_image(x);
}

namespace detail {

/// at::Tensor::const_data_ptr<T> has different names in the libraries that GCC built and in programs of clang.
template <class T> const T* read(const at::Tensor& x) { return static_cast<const T*>(x.const_data_ptr()); }

/// An image [N,C,H,W] in channels_last, or `channels` of it from `first` on.
template <class T> matrix<const T> pixels(const at::Tensor& x, std::int64_t first = 0, std::int64_t channels = 0) {
    const auto all = x.size(1);
    return {read<T>(x) + first, x.numel() / all, channels > 0 ? channels : all, all};
}

inline void with_type(const at::Tensor& x, auto&& body) {
    if (x.scalar_type() == at::kBFloat16) body(c10::BFloat16{});
    else body(float{});
}

inline channel_vector values(const at::Tensor& x) { return {read<float>(x), read<float>(x) + x.numel()}; }
inline at::Tensor tensor_of(const channel_vector& v) {
    auto out = at::empty({static_cast<std::int64_t>(v.size())}, at::kFloat);
    std::copy(v.begin(), v.end(), out.data_ptr<float>());
    return out;
}

/// The moments of a batch as a layer uses them: norm(x) = scale x + shift.
struct statistics {
    channel_vector scale, shift, mean, inverse_deviation;
};

inline statistics statistics_of(const std::vector<double>& mean, const std::vector<double>& variance, const norm_tensors& n) {
    const auto channels = mean.size();
    statistics s{channel_vector(channels), channel_vector(channels), channel_vector(channels), channel_vector(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        const double inverse = 1 / std::sqrt(variance[c] + norm_epsilon), scale = read<float>(n.weight)[c] * inverse;
        s.scale[c] = static_cast<float>(scale);
        s.shift[c] = static_cast<float>(read<float>(n.bias)[c] - mean[c] * scale);
        s.mean[c] = static_cast<float>(mean[c]);
        s.inverse_deviation[c] = static_cast<float>(inverse);
    }
    return s;
}

/// Of this batch, which also moves the running statistics.
template <class T> statistics learn(const matrix<const T>& x, const norm_tensors& n) {
    const auto m = moments_of(x);
    const double unbiased = static_cast<double>(x.rows) / static_cast<double>(std::max<std::int64_t>(1, x.rows - 1));
    auto* mean = n.running_mean.data_ptr<float>();
    auto* variance = n.running_variance.data_ptr<float>();
    for (std::size_t c = 0; c < m.mean.size(); ++c) {
        mean[c] = static_cast<float>(mean[c] + norm_momentum * (m.mean[c] - mean[c]));
        variance[c] = static_cast<float>(variance[c] + norm_momentum * (m.variance[c] * unbiased - variance[c]));
    }
    return statistics_of(m.mean, m.variance, n);
}

/// What was learned.
inline statistics recall(const norm_tensors& n) {
    const auto mean = values(n.running_mean), variance = values(n.running_variance);
    return statistics_of({mean.begin(), mean.end()}, {variance.begin(), variance.end()}, n);
}

/// Vectors of one length, side by side, as a tensor that can be saved; and back.
inline at::Tensor packed(std::initializer_list<const channel_vector*> vectors) {
    channel_vector all;
    for (const auto* v : vectors) all.insert(all.end(), v->begin(), v->end());
    return tensor_of(all);
}
inline std::vector<channel_vector> unpacked(const at::Tensor& all, std::size_t n) {
    const auto* from = read<float>(all);
    const auto length = static_cast<std::size_t>(all.numel()) / n;
    std::vector<channel_vector> out;
    for (std::size_t i = 0; i < n; ++i) out.emplace_back(from + i * length, from + (i + 1) * length);
    return out;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct norm_relu_function : torch::autograd::Function<norm_relu_function> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance) {
        auto y = image_like(x, x.size(1));
        with_type(x, [&]<class T>(T) {
            const auto s = learn(pixels<T>(x), {weight, bias, running_mean, running_variance});
            apply_relu(pixels<T>(x), s.scale, s.shift, y.template mutable_data_ptr<T>());
            context->save_for_backward({x, weight, packed({&s.scale, &s.shift, &s.mean, &s.inverse_deviation})});
        });
        return y;
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& x = saved[0];
        const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
        const auto s = unpacked(saved[2], 4);
        auto dx = image_like(x, x.size(1));
        norm_backward k;
        with_type(x, [&]<class T>(T) {
            const auto* g = read<T>(dy);
            k = finish_backward(relu_backward_sums(pixels<T>(x), g, s[0], s[1], s[2]), read<float>(saved[1]), s[2], s[3], x.numel() / x.size(1));
            relu_backward(pixels<T>(x), g, s[0], s[1], k, dx.template mutable_data_ptr<T>());
        });
        return {dx, tensor_of(k.weight), tensor_of(k.bias), {}, {}};
    }
};

/// The gate's forward pass from the statistics of its three norms.
template <class T> at::Tensor merged(const at::Tensor& skip, const at::Tensor& up, const at::Tensor& logits, const statistics& p) {
    auto out = image_like(skip, 2 * skip.size(1));
    gate_merge(pixels<T>(skip), pixels<T>(up), read<float>(logits), p.scale[0], p.shift[0], out.template mutable_data_ptr<T>());
    return out;
}
inline gate_scales joined(const statistics& g, const statistics& x) {
    gate_scales s{g.scale, x.scale, g.shift};
    for (std::size_t c = 0; c < s.shift.size(); ++c) s.shift[c] += x.shift[c];
    return s;
}
inline matrix<const float> column(const at::Tensor& values) { return {read<float>(values), values.numel(), 1, 1}; }

struct gate_function : torch::autograd::Function<gate_function> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& psi_weight,
                              const at::Tensor& g_weight, const at::Tensor& g_bias, const at::Tensor& x_weight, const at::Tensor& x_bias, const at::Tensor& p_weight, const at::Tensor& p_bias,
                              const std::vector<at::Tensor>& running) {
        auto logits = at::empty({fg.numel() / fg.size(1)}, at::kFloat);
        at::Tensor out;
        with_type(fg, [&]<class T>(T) {
            const auto g = learn(pixels<T>(fg), {g_weight, g_bias, running[0], running[1]}), x = learn(pixels<T>(fx), {x_weight, x_bias, running[2], running[3]});
            const auto s = joined(g, x);
            gate_logits(pixels<T>(fg), pixels<T>(fx), s, read<float>(psi_weight), logits.data_ptr<float>());
            const auto p = learn(column(logits), {p_weight, p_bias, running[4], running[5]});
            out = merged<T>(skip, up, logits, p);
            context->save_for_backward({fg, fx, skip, logits, psi_weight, g_weight, x_weight, p_weight,
                                        packed({&s.scale_g, &s.scale_x, &s.shift, &g.mean, &g.inverse_deviation, &x.mean, &x.inverse_deviation}),
                                        packed({&p.scale, &p.shift, &p.mean, &p.inverse_deviation})});
        });
        return out;
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto &fg = saved[0], &fx = saved[1], &skip = saved[2], &logits = saved[3], &psi_weight = saved[4];
        const auto d_out = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
        const auto v = unpacked(saved[8], 7), p = unpacked(saved[9], 4);
        const gate_scales s{v[0], v[1], v[2]};
        const auto channels = skip.size(1), rows = logits.numel();
        auto d_skip = image_like(skip, channels), d_fg = image_like(fg, fg.size(1)), d_fx = image_like(fx, fx.size(1));
        auto d_normed = at::empty_like(logits), d_logits = at::empty_like(logits);
        norm_backward kg, kx, kp;
        channel_vector d_psi;
        with_type(fg, [&]<class T>(T) {
            gate_merge_backward(pixels<T>(d_out, 0, channels), pixels<T>(skip), read<float>(logits), p[0][0], p[1][0], d_skip.template mutable_data_ptr<T>(), d_normed.data_ptr<float>());
            const channel_vector zero{0}, one{1}; // norm without ReLU: an output of 1 is positive
            const auto* dn = read<float>(d_normed);
            kp = finish_backward(relu_backward_sums(column(logits), dn, zero, one, p[2]), read<float>(saved[7]), p[2], p[3], rows);
            relu_backward(column(logits), dn, zero, one, kp, d_logits.data_ptr<float>());

            const auto* w = read<float>(psi_weight);
            const auto* dl = read<float>(d_logits);
            const auto sums = gate_backward_sums(pixels<T>(fg), pixels<T>(fx), s, w, dl, v[3], v[5]);
            const auto width = fg.size(1);
            const auto part = [&](std::int64_t i) { return std::vector<double>(sums.begin() + i * width, sums.begin() + (i + 1) * width); };
            auto of_g = part(0), of_x = part(0);
            const auto slope_g = part(1), slope_x = part(2), of_psi = part(3);
            of_g.insert(of_g.end(), slope_g.begin(), slope_g.end());
            of_x.insert(of_x.end(), slope_x.begin(), slope_x.end());
            d_psi.assign(of_psi.begin(), of_psi.end());
            kg = finish_backward(of_g, read<float>(saved[5]), v[3], v[4], rows);
            kx = finish_backward(of_x, read<float>(saved[6]), v[5], v[6], rows);
            gate_backward(pixels<T>(fg), pixels<T>(fx), s, w, dl, kg, kx, d_fg.template mutable_data_ptr<T>(), d_fx.template mutable_data_ptr<T>());
        });
        return {d_fg, d_fx, d_skip, d_out.narrow(1, channels, channels), tensor_of(d_psi).view(psi_weight.sizes()), tensor_of(kg.weight), tensor_of(kg.bias), tensor_of(kx.weight), tensor_of(kx.bias),
                tensor_of(kp.weight), tensor_of(kp.bias), {}};
    }
};

} // namespace detail

/// The four functions of engine/fused.hpp.
inline at::Tensor norm_relu(const at::Tensor& x, const norm_tensors& n) { return detail::norm_relu_function::apply(x, n.weight, n.bias, n.running_mean, n.running_variance); }

inline at::Tensor norm_relu_frozen(const at::Tensor& x, const norm_tensors& n) {
    auto y = image_like(x, x.size(1));
    const auto s = detail::recall(n);
    detail::with_type(x, [&]<class T>(T) { apply_relu(detail::pixels<T>(x), s.scale, s.shift, y.template mutable_data_ptr<T>()); });
    return y;
}

inline at::Tensor gate(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x, const norm_tensors& p) {
    return detail::gate_function::apply(fg, fx, skip, up, w, g.weight, g.bias, x.weight, x.bias, p.weight, p.bias,
                                        std::vector<at::Tensor>{g.running_mean, g.running_variance, x.running_mean, x.running_variance, p.running_mean, p.running_variance});
}

inline at::Tensor gate_frozen(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x, const norm_tensors& p) {
    auto logits = at::empty({fg.numel() / fg.size(1)}, at::kFloat);
    at::Tensor out;
    detail::with_type(fg, [&]<class T>(T) {
        gate_logits(detail::pixels<T>(fg), detail::pixels<T>(fx), detail::joined(detail::recall(g), detail::recall(x)), detail::read<float>(w), logits.data_ptr<float>());
        out = detail::merged<T>(skip, up, logits, detail::recall(p));
    });
    return out;
}

} // namespace facet::cpu
