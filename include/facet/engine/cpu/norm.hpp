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

inline channel_vector repeated(const channel_vector& v, std::int64_t k) {
    channel_vector out;
    for (std::int64_t i = 0; i < k; ++i) out.insert(out.end(), v.begin(), v.end());
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

/// How many pixels fill sixteen lanes, where their number allows it.
inline std::int64_t fold_of(std::int64_t rows, std::int64_t channels) { return channels < 16 && 16 % channels == 0 && rows % (16 / channels) == 0 ? 16 / channels : 1; }

struct moments {
    std::vector<double> mean, variance; ///< biased
};

/// Of deviations from the first pixel, so that a large mean costs no digits and a constant channel has no variance.
template <class T> moments moments_of(const matrix<const T>& pixels) {
    const auto k = fold_of(pixels.rows, pixels.channels);
    const auto x = k > 1 ? pixels.folded(k) : pixels;
    channel_vector origin(static_cast<std::size_t>(pixels.channels));
    for (std::int64_t c = 0; c < pixels.channels; ++c) origin[static_cast<std::size_t>(c)] = static_cast<float>(*pixels.at(0, c));
    const auto wide = repeated(origin, k);
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

/// y = max(scale x + shift, 0); not a number stays so. `y` has no gaps.
template <class T> void apply_relu(const matrix<const T>& pixels, const channel_vector& scale, const channel_vector& shift, T* y) {
    const auto k = fold_of(pixels.rows, pixels.channels);
    const auto x = k > 1 ? pixels.folded(k) : pixels;
    const auto sc = repeated(scale, k), sh = repeated(shift, k);
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
            L::store(kept, y + r * x.channels + c);
        });
    });
}

/// [2][C]: sums of g and of g x, where g = dy at positive outputs.
template <class T> std::vector<double> relu_backward_sums(const matrix<const T>& pixels, const T* dy, const channel_vector& scale, const channel_vector& shift, const channel_vector& mean) {
    const auto k = fold_of(pixels.rows, pixels.channels);
    const auto x = k > 1 ? pixels.folded(k) : pixels;
    const auto sc = repeated(scale, k), sh = repeated(shift, k), m = repeated(mean, k);
    std::vector<double> sums;
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        sums = sum_rows<V, 2>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c, typename L::floats* s) {
            typename L::floats v, g, a, b, o;
            L::load(x.at(r, c), v);
            L::load(dy + r * x.channels + c, g);
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
    channel_vector a, b, c, weight, bias;
};

/// `sums`: of g and of g (x - mean), [2][C].
inline norm_backward finish_backward(const std::vector<double>& sums, const float* weight, const channel_vector& mean, const channel_vector& inverse_deviation, std::int64_t rows) {
    const auto channels = mean.size();
    norm_backward out{channel_vector(channels), channel_vector(channels), channel_vector(channels), channel_vector(channels), channel_vector(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        const double inverse = inverse_deviation[c], a = weight[c] * inverse, n = static_cast<double>(rows);
        const double slope = sums[channels + c] * inverse; // the gradient of the weight
        const double b = -a * inverse * slope / n;
        out.a[c] = static_cast<float>(a);
        out.b[c] = static_cast<float>(b);
        out.c[c] = static_cast<float>(-a * sums[c] / n - b * mean[c]);
        out.weight[c] = static_cast<float>(slope);
        out.bias[c] = static_cast<float>(sums[c]);
    }
    return out;
}

template <class T>
void relu_backward(const matrix<const T>& pixels, const T* dy, const channel_vector& scale, const channel_vector& shift, const norm_backward& k_of, T* dx) {
    const auto k = fold_of(pixels.rows, pixels.channels);
    const auto x = k > 1 ? pixels.folded(k) : pixels;
    const auto sc = repeated(scale, k), sh = repeated(shift, k), ka = repeated(k_of.a, k), kb = repeated(k_of.b, k), kc = repeated(k_of.c, k);
    with_lanes(x.channels, [&]<int V>() {
        using L = lanes<V>;
        for_each<V>(x.rows, x.channels, [&](std::int64_t r, std::int64_t c) {
            typename L::floats v, g, s, t, a, b, d;
            L::load(x.at(r, c), v);
            L::load(dy + r * x.channels + c, g);
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
