#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/engine/cpu/norm.hpp>

/// Additive attention on pixels by channels: z = max(norm(fg) + norm(fx), 0), logit = w.z, psi = sigmoid(norm(logit)), out = skip psi.
/// G channels in fg and fx, C in skip and out. Of all this only fg, fx, skip and one logit a pixel are kept for the way back.
namespace facet::cpu {

/// norm(fg) + norm(fx) as scale_g fg + scale_x fx + shift.
struct gate_scales {
    const float *scale_g, *scale_x;
    channel_vector shift;

    gate_scales(const statistics& g, const statistics& x, std::int64_t channels) : scale_g{g.scale}, scale_x{x.scale}, shift(g.shift, g.shift + channels) {
        for (std::int64_t c = 0; c < channels; ++c) shift[static_cast<std::size_t>(c)] += x.shift[c];
    }
};

template <int V, class T>
void gate_sum(const matrix<const T>& fg, const matrix<const T>& fx, const gate_scales& s, std::int64_t r, std::int64_t c, typename lanes<V>::floats& g, typename lanes<V>::floats& x,
              typename lanes<V>::floats& sum) {
    using L = lanes<V>;
    typename L::floats a, b, d;
    L::load(fg.at(r, c), g);
    L::load(fx.at(r, c), x);
    L::load(s.scale_g + c, a);
    L::load(s.scale_x + c, b);
    L::load(s.shift.data() + c, d);
    sum = g * a + (x * b + d);
}

/// One logit a pixel.
template <class T> void gate_logits(const matrix<const T>& fg, const matrix<const T>& fx, const gate_scales& s, const float* weight, float* logits) {
    with_lanes(fg.channels, [&]<int V>() {
        using L = lanes<V>;
        for_parts(fg.rows, part_count(fg.rows * fg.channels), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            for (auto r = first; r < last; ++r) {
                typename L::floats dot{};
                for (std::int64_t c = 0; c < fg.channels; c += V) {
                    typename L::floats g, x, z, w;
                    gate_sum<V>(fg, fx, s, r, c, g, x, z);
                    auto kept = z;
                    L::keep_positive(z, kept);
                    L::load(weight + c, w);
                    dot += w * kept;
                }
                logits[r] = L::sum(dot);
            }
        });
    });
}

inline float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

/// out = skip psi.
template <class T> void gate_skip(const matrix<const T>& skip, const float* logits, float scale, float shift, const matrix<T>& out) {
    const auto channels = skip.channels;
    with_lanes(channels, [&]<int V>() {
        using L = lanes<V>;
        for_parts(skip.rows, part_count(skip.rows * channels), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            for (auto r = first; r < last; ++r) {
                const float psi = sigmoid(logits[r] * scale + shift);
                for (std::int64_t c = 0; c < channels; c += V) {
                    typename L::floats v;
                    L::load(skip.at(r, c), v);
                    L::store(v * psi, out.at(r, c));
                }
            }
        });
    });
}

/// d_skip = d_out psi and the gradient of norm(logit), one number a pixel.
template <class T>
void gate_skip_backward(const matrix<const T>& d_out, const matrix<const T>& skip, const float* logits, float scale, float shift, T* d_skip, float* d_normed) {
    with_lanes(skip.channels, [&]<int V>() {
        using L = lanes<V>;
        for_parts(skip.rows, part_count(skip.rows * skip.channels), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            for (auto r = first; r < last; ++r) {
                const float psi = sigmoid(logits[r] * scale + shift);
                typename L::floats dot{};
                for (std::int64_t c = 0; c < skip.channels; c += V) {
                    typename L::floats d, v;
                    L::load(d_out.at(r, c), d);
                    L::load(skip.at(r, c), v);
                    dot += d * v;
                    L::store(d * psi, d_skip + r * skip.channels + c);
                }
                d_normed[r] = L::sum(dot) * psi * (1 - psi);
            }
        });
    });
}

/// With g = weight d_logit where z > 0, [4][G]: sums of g, g (fg - mean_g), g (fx - mean_x) and d_logit z.
template <class T>
std::vector<double> gate_backward_sums(const matrix<const T>& fg, const matrix<const T>& fx, const gate_scales& s, const float* weight, const float* d_logits, const float* mean_g,
                                       const float* mean_x) {
    std::vector<double> sums;
    with_lanes(fg.channels, [&]<int V>() {
        using L = lanes<V>;
        sums = sum_rows<V, 4>(fg.rows, fg.channels, [&](std::int64_t r, std::int64_t c, typename L::floats* out) {
            typename L::floats g, x, z, d, mg, mx;
            gate_sum<V>(fg, fx, s, r, c, g, x, z);
            L::load(weight + c, d);
            L::load(mean_g + c, mg);
            L::load(mean_x + c, mx);
            d *= d_logits[r];
            L::keep_positive(z, d);
            auto kept = z;
            L::keep_positive(z, kept);
            out[0] += d;
            out[1] += d * (g - mg);
            out[2] += d * (x - mx);
            out[3] += kept * d_logits[r];
        });
    });
    return sums;
}

template <class T>
void gate_backward(const matrix<const T>& fg, const matrix<const T>& fx, const gate_scales& s, const float* weight, const float* d_logits, const norm_backward& kg, const norm_backward& kx, T* d_fg, T* d_fx) {
    with_lanes(fg.channels, [&]<int V>() {
        using L = lanes<V>;
        for_each<V>(fg.rows, fg.channels, [&](std::int64_t r, std::int64_t c) {
            typename L::floats g, x, z, d, a, b, k;
            gate_sum<V>(fg, fx, s, r, c, g, x, z);
            L::load(weight + c, d);
            d *= d_logits[r];
            L::keep_positive(z, d);
            L::load(kg.a + c, a);
            L::load(kg.b + c, b);
            L::load(kg.c + c, k);
            L::store(a * d + (b * g + k), d_fg + r * fg.channels + c);
            L::load(kx.a + c, a);
            L::load(kx.b + c, b);
            L::load(kx.c + c, k);
            L::store(a * d + (b * x + k), d_fx + r * fg.channels + c);
        });
    });
}

} // namespace facet::cpu
