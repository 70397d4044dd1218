#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/Functions.h>

#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cpu/gate.hpp>
#include <facet/engine/cpu/norm.hpp>

namespace facet::cpu {

namespace detail {

/// at::Tensor::const_data_ptr<T> has different names in the libraries that GCC built and in programs of clang.
template <class T> const T* read(const at::Tensor& x) { return static_cast<const T*>(x.const_data_ptr()); }

template <class T> matrix<const T> pixels(const at::Tensor& x) { return {read<T>(x), x.numel() / x.size(1), x.size(1), pixel_stride(x)}; }
template <class T> matrix<T> writable_pixels(const at::Tensor& x) { return {static_cast<T*>(x.mutable_data_ptr()), x.numel() / x.size(1), x.size(1), pixel_stride(x)}; }
template <class T> T* writable(const at::Tensor& x) { return static_cast<T*>(x.mutable_data_ptr()); }
inline matrix<const float> column(const at::Tensor& values) { return {read<float>(values), values.numel(), 1, 1}; }

inline void with_type(const at::Tensor& x, auto&& body) {
    if (x.scalar_type() == at::kBFloat16) body(c10::BFloat16{});
    else body(float{});
}

/// Rows of [4,C] and of [5,C].
inline statistics rows(const at::Tensor& s) {
    const auto* row = read<float>(s);
    const auto n = s.size(1);
    return {row, row + n, row + 2 * n, row + 3 * n};
}
inline norm_backward way_of(const at::Tensor& w) {
    auto* row = writable<float>(w);
    const auto n = w.size(1);
    return {row, row + n, row + 2 * n, row + 3 * n, row + 4 * n};
}

inline at::Tensor statistics_of(const double* mean, const double* variance, const norm_tensors& n) {
    const auto channels = n.weight.numel();
    auto out = floats_near(n.weight, {4, channels});
    auto* to = writable<float>(out);
    for (std::int64_t c = 0; c < channels; ++c) {
        const double inverse = 1 / std::sqrt(variance[c] + norm_epsilon), scale = read<float>(n.weight)[c] * inverse;
        to[c] = static_cast<float>(scale);
        to[channels + c] = static_cast<float>(read<float>(n.bias)[c] - mean[c] * scale);
        to[2 * channels + c] = static_cast<float>(mean[c]);
        to[3 * channels + c] = static_cast<float>(inverse);
    }
    return out;
}
template <class T> at::Tensor learned(const matrix<const T>& x, const norm_tensors& n) {
    const auto m = moments_of(x);
    const double unbiased = static_cast<double>(x.rows) / static_cast<double>(std::max<std::int64_t>(1, x.rows - 1));
    auto* mean = writable<float>(n.running_mean);
    auto* variance = writable<float>(n.running_variance);
    for (std::size_t c = 0; c < m.mean.size(); ++c) {
        mean[c] = static_cast<float>(mean[c] + norm_momentum * (m.mean[c] - mean[c]));
        variance[c] = static_cast<float>(variance[c] + norm_momentum * (m.variance[c] * unbiased - variance[c]));
    }
    return statistics_of(m.mean.data(), m.variance.data(), n);
}

} // namespace detail

/// The kernels that engine/fused.hpp is made of, on the CPU. Statistics are in fp32 and double whatever the images are.
struct kernels {
    static bool takes(const at::Tensor& x) { return x.is_cpu() && is_image(x); }
    static bool takes_channels(std::int64_t) { return true; }
    static bool reads(const at::Tensor& gradient) { return is_pixels(gradient); }

    /// Statistics [4,C] of this batch, which also move the running ones.
    static at::Tensor learn(const at::Tensor& x, const norm_tensors& n) {
        at::Tensor out;
        detail::with_type(x, [&]<class T>(T) { out = detail::learned(detail::pixels<T>(x), n); });
        return out;
    }
    /// From the running statistics.
    static at::Tensor recall(const norm_tensors& n) {
        const auto mean = n.running_mean.to(at::kDouble), variance = n.running_variance.to(at::kDouble);
        return detail::statistics_of(detail::read<double>(mean), detail::read<double>(variance), n);
    }
    /// y = max(norm(x), 0).
    static void norm_relu(const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& y) {
        detail::with_type(x, [&]<class T>(T) { apply_relu(detail::pixels<T>(x), detail::rows(statistics), detail::writable_pixels<T>(y)); });
    }
    /// Fills `dx` and returns the way back [5,C].
    static at::Tensor norm_relu_backward(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight, const at::Tensor& statistics, const at::Tensor& dx) {
        const auto way = floats_near(weight, {5, weight.numel()});
        detail::with_type(x, [&]<class T>(T) {
            const auto image = detail::pixels<T>(x), gradient = detail::pixels<T>(dy);
            const auto s = detail::rows(statistics);
            const auto sums = relu_backward_sums(image, gradient, s);
            finish_backward(sums.data(), sums.data() + image.channels, detail::read<float>(weight), s, image.rows, image.channels, detail::way_of(way));
            relu_backward(image, gradient, s, detail::way_of(way), detail::writable<T>(dx));
        });
        return way;
    }

    /// Fills the logits.
    static void find_logits(const gate_features& f) {
        detail::with_type(f.fg, [&]<class T>(T) {
            gate_logits(detail::pixels<T>(f.fg), detail::pixels<T>(f.fx), {detail::rows(f.g), detail::rows(f.x), f.fg.size(1)}, detail::read<float>(f.weight), detail::writable<float>(f.logits));
        });
    }
    /// The same; returns their statistics [4,1].
    static at::Tensor learn_logits(const gate_features& f, const norm_tensors& n) {
        find_logits(f);
        return detail::learned(detail::column(f.logits), n);
    }
    /// out = skip sigmoid(norm(logits)).
    static void gate_skip(const at::Tensor& skip, const at::Tensor& logits, const at::Tensor& statistics, const at::Tensor& out) {
        const auto s = detail::rows(statistics);
        detail::with_type(skip, [&]<class T>(T) { cpu::gate_skip(detail::pixels<T>(skip), detail::read<float>(logits), *s.scale, *s.shift, detail::writable_pixels<T>(out)); });
    }
    /// `statistics`: of the logits; `weights`: of the normalisations of fg, fx and the logits.
    static gate_gradients gate_backward(const gate_features& f, const at::Tensor& statistics, const at::Tensor& skip, const at::Tensor& d_out, const std::array<at::Tensor, 3>& weights) {
        const auto width = f.fg.size(1), n = f.logits.numel();
        gate_gradients d{image_like(f.fg, width), image_like(f.fx, width), image_like(skip, skip.size(1)), at::empty_like(f.weight), floats_near(f.weight, {5, width}), floats_near(f.weight, {5, width}), floats_near(f.weight, {5, 1})};
        const auto d_normed = at::empty_like(f.logits), d_logits = at::empty_like(f.logits);
        detail::with_type(skip, [&]<class T>(T) {
            const auto s = detail::rows(statistics), g = detail::rows(f.g), x = detail::rows(f.x);
            gate_skip_backward(detail::pixels<T>(d_out), detail::pixels<T>(skip), detail::read<float>(f.logits), *s.scale, *s.shift, detail::writable<T>(d.skip), detail::writable<float>(d_normed));

            const float zero = 0, one = 1; // norm without ReLU: an output of 1 is positive
            const cpu::statistics always{&zero, &one, s.mean, s.inverse_deviation};
            const auto logits = detail::column(f.logits), gradient = detail::column(d_normed);
            const auto of_logits = relu_backward_sums(logits, gradient, always);
            finish_backward(&of_logits[0], &of_logits[1], detail::read<float>(weights[2]), always, n, 1, detail::way_of(d.way_logit));
            relu_backward(logits, gradient, always, detail::way_of(d.way_logit), detail::writable<float>(d_logits));

            const auto fg = detail::pixels<T>(f.fg), fx = detail::pixels<T>(f.fx);
            const gate_scales scales{g, x, width};
            const auto *w = detail::read<float>(f.weight), *dl = detail::read<float>(d_logits);
            const auto sums = gate_backward_sums(fg, fx, scales, w, dl, g.mean, x.mean);
            finish_backward(sums.data(), sums.data() + width, detail::read<float>(weights[0]), g, n, width, detail::way_of(d.way_g));
            finish_backward(sums.data(), sums.data() + 2 * width, detail::read<float>(weights[1]), x, n, width, detail::way_of(d.way_x));
            std::copy_n(sums.data() + 3 * width, width, detail::writable<float>(d.weight));
            cpu::gate_backward(fg, fx, scales, w, dl, detail::way_of(d.way_g), detail::way_of(d.way_x), detail::writable<T>(d.fg), detail::writable<T>(d.fx));
        });
        return d;
    }
};

} // namespace facet::cpu
