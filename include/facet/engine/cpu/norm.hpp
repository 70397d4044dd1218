#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/engine/cpu/lanes.hpp>

/// Batch normalisation with ReLU on pixels by channels. Forward: y = max(scale x + shift, 0). Backward, from x alone: g = dy where y > 0,
/// dx = a g + b x + c. One read to sum, one read and one write to apply, each way.
namespace facet::cpu {

/// One number a channel.
using channel_vector = std::vector<float>;

inline channel_vector repeated(const float* v, std::int64_t channels, std::int64_t k) {
    channel_vector out;
    for (std::int64_t i = 0; i < k; ++i) out.insert(out.end(), v, v + channels);
    return out;
}

/// Sums [N][k C] of folded channels to [N][C].
inline std::vector<double> unfolded(const std::vector<double>& sums, std::int64_t n, std::int64_t k) {
    if (k == 1) return sums;
    const auto wide = static_cast<std::int64_t>(sums.size()) / n, channels = wide / k;
    std::vector<double> out(static_cast<std::size_t>(n * channels));
    for (std::int64_t s = 0; s < n; ++s)
        for (std::int64_t i = 0; i < wide; ++i) out[static_cast<std::size_t>(s * channels + i % channels)] += sums[static_cast<std::size_t>(s * wide + i)];
    return out;
}

/// How many pixels fill sixteen lanes, where their number allows it and nothing lies between them.
template <class T, class... M> std::int64_t fold_of(const matrix<T>& x, const M&... others) {
    const bool gapless = x.stride == x.channels && ((others.stride == others.channels) && ...);
    return gapless && x.channels < 16 && 16 % x.channels == 0 && x.rows % (16 / x.channels) == 0 ? 16 / x.channels : 1;
}

struct moments {
    std::vector<double> mean, variance; ///< biased
};

/// Of deviations from the first pixel, so that a large mean costs no digits and a constant channel has no variance.
template <class T> moments moments_of(const matrix<const T>& pixels) {
    const auto k = fold_of(pixels);
    const auto x = pixels.folded(k);
    channel_vector origin(static_cast<std::size_t>(pixels.channels));
    for (std::int64_t c = 0; c < pixels.channels; ++c) origin[static_cast<std::size_t>(c)] = static_cast<float>(*pixels.at(0, c));
    const auto wide = repeated(origin.data(), pixels.channels, k);
    std::vector<double> sums;
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        sums = sum_rows<V, 2>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c, typename L::floats* s) {
            typename L::floats v, o;
            L::load(x.at(r, c), v);
            L::load(wide.data() + c, o);
            v -= o;
            s[0] += v;
            s[1] += v * v;
        });
    });
    sums = unfolded(sums, 2, k);
    const auto n = static_cast<double>(pixels.rows);
    moments m{std::vector<double>(origin.size()), std::vector<double>(origin.size())};
    for (std::size_t c = 0; c < origin.size(); ++c) {
        const double deviation = sums[c] / n;
        m.mean[c] = origin[c] + deviation;
        m.variance[c] = std::max(0.0, sums[origin.size() + c] / n - deviation * deviation);
    }
    return m;
}

/// What a normalisation makes of a batch, a number a channel each: norm(x) = scale x + shift.
struct statistics {
    const float *scale, *shift, *mean, *inverse_deviation;
};

/// y = max(scale x + shift, 0); not a number stays so.
template <class T> void apply_relu(const matrix<const T>& pixels, const statistics& n, const matrix<T>& out) {
    const auto k = fold_of(pixels, out);
    const auto x = pixels.folded(k);
    const auto y = out.folded(k);
    const auto sc = repeated(n.scale, pixels.channels, k), sh = repeated(n.shift, pixels.channels, k);
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        for_each<V>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c) {
            typename L::floats v, a, b;
            L::load(x.at(r, c), v);
            L::load(sc.data() + c, a);
            L::load(sh.data() + c, b);
            v = v * a + b;
            auto kept = v;
            L::keep_positive(v, kept);
            L::store(kept, y.at(r, c));
        });
    });
}

/// [2][C]: sums of g and of g x, where g = dy at positive outputs.
template <class T> std::vector<double> relu_backward_sums(const matrix<const T>& pixels, const matrix<const T>& gradient, const statistics& n) {
    const auto k = fold_of(pixels, gradient);
    const auto x = pixels.folded(k), dy = gradient.folded(k);
    const auto sc = repeated(n.scale, pixels.channels, k), sh = repeated(n.shift, pixels.channels, k), m = repeated(n.mean, pixels.channels, k);
    std::vector<double> sums;
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        sums = sum_rows<V, 2>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c, typename L::floats* s) {
            typename L::floats v, g, a, b, o;
            L::load(x.at(r, c), v);
            L::load(dy.at(r, c), g);
            L::load(sc.data() + c, a);
            L::load(sh.data() + c, b);
            L::load(m.data() + c, o);
            L::keep_positive(v * a + b, g);
            s[0] += g;
            s[1] += g * (v - o);
        });
    });
    return unfolded(sums, 2, k);
}

/// The coefficients of dx = a g + b x + c, and the gradients of weight and bias.
struct norm_backward {
    float *a, *b, *c, *weight, *bias;
};

/// From the sums of g and of g (x - mean), a number a channel each.
inline void finish_backward(const double* of_g, const double* of_slope, const float* weight, const statistics& s, std::int64_t rows, std::int64_t channels, const norm_backward& to) {
    for (std::int64_t i = 0; i < channels; ++i) {
        const double inverse = s.inverse_deviation[i], a = weight[i] * inverse, n = static_cast<double>(rows);
        const double slope = of_slope[i] * inverse; // the gradient of the weight
        const double b = -a * inverse * slope / n;
        to.a[i] = static_cast<float>(a);
        to.b[i] = static_cast<float>(b);
        to.c[i] = static_cast<float>(-a * of_g[i] / n - b * s.mean[i]);
        to.weight[i] = static_cast<float>(slope);
        to.bias[i] = static_cast<float>(of_g[i]);
    }
}

template <class T> void relu_backward(const matrix<const T>& pixels, const matrix<const T>& gradient, const statistics& n, const norm_backward& way, T* dx) {
    const auto k = fold_of(pixels, gradient), channels = pixels.channels;
    const auto x = pixels.folded(k), dy = gradient.folded(k);
    const auto sc = repeated(n.scale, channels, k), sh = repeated(n.shift, channels, k), ka = repeated(way.a, channels, k), kb = repeated(way.b, channels, k), kc = repeated(way.c, channels, k);
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        for_each<V>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c) {
            typename L::floats v, g, s, t, a, b, d;
            L::load(x.at(r, c), v);
            L::load(dy.at(r, c), g);
            L::load(sc.data() + c, s);
            L::load(sh.data() + c, t);
            L::load(ka.data() + c, a);
            L::load(kb.data() + c, b);
            L::load(kc.data() + c, d);
            L::keep_positive(v * s + t, g);
            L::store(a * g + (b * v + d), dx + r * x.channels + c);
        });
    });
}

} // namespace facet::cpu
