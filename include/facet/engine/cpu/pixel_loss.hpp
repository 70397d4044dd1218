#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/core/fast_math.hpp>
#include <facet/engine/cpu/lanes.hpp>
#include <facet/engine/parallel.hpp>

/// What the losses take from all pixels, of logits z and target g, slice after slice, in loops that compilers turn into vectors.
namespace facet::cpu {

/// sigmoid(x) and 1 - sigmoid(x), with all the digits of each.
struct logistic {
    float p, q;
    float decay; ///< exp(-|x|)

    explicit logistic(float x) : decay{fast::exp_of_negative(x < 0 ? x : -x)} {
        const float near = 1 / (1 + decay), far = decay * near;
        p = x < 0 ? far : near;
        q = x < 0 ? near : far;
    }
};

/// -ln sigmoid(x) and -ln(1 - sigmoid(x)), with all the digits of each.
struct entropy {
    float of_p, of_q;

    entropy(float x, const logistic& s) {
        const float rest = fast::log1p_of_share(s.decay);
        of_p = (x < 0 ? -x : 0) + rest;
        of_q = (x < 0 ? 0 : x) + rest;
    }
};

/// `count` slices of `pixels` each.
struct slices {
    const float *logits, *target;
    std::int64_t count, pixels;

    /// Work is cut by size alone, so that sums do not depend on the number of threads.
    [[nodiscard]] std::int64_t parts() const { return part_count(pixels); }

    /// Calls `body(slice, part, first, last)`; pixels count through all slices.
    template <class F> void for_parts(const F& body) const {
        const auto n = parts(), grain = std::max<std::int64_t>(1, 16'384 * n / pixels);
        parallel_for(0, count * n, grain, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = begin; i < end; ++i) {
                const auto slice = i / n, part = i % n;
                body(slice, part, slice * pixels + pixels * part / n, slice * pixels + pixels * (part + 1) / n);
            }
        });
    }
};

/// N sums of each slice, [slices][N]. `term(i, lane, sums)` adds pixel i to sums[...][lane]. fp32 within some 128 pixels of a lane, double beyond.
template <std::size_t N, class F> std::vector<std::array<double, N>> sum_slices(const slices& all, const F& term) {
    constexpr std::int64_t wide = 16;
    const auto parts = all.parts();
    std::vector<std::array<double, N>> partial(static_cast<std::size_t>(all.count * parts)), sums(static_cast<std::size_t>(all.count));
    all.for_parts([&](std::int64_t slice, std::int64_t part, std::int64_t first, std::int64_t last) {
        auto& out = partial[static_cast<std::size_t>(slice * parts + part)];
        for (auto begin = first; begin < last; begin += 128 * wide) {
            const auto end = std::min(last, begin + 128 * wide);
            std::array<std::array<float, wide>, N> some{};
            auto i = begin;
            for (; i + wide <= end; i += wide)
                for (std::int64_t lane = 0; lane < wide; ++lane) term(i + lane, lane, some);
            for (; i < end; ++i) term(i, 0, some);
            for (std::size_t n = 0; n < N; ++n)
                for (const float s : some[n]) out[n] += static_cast<double>(s);
        }
    });
    for (std::size_t i = 0; i < partial.size(); ++i)
        for (std::size_t n = 0; n < N; ++n) sums[i / static_cast<std::size_t>(parts)][n] += partial[i][n];
    return sums;
}

/// Sums of p g, p (1-g), (1-p) g and (1-p) (1-g) with p = sigmoid(z), and of the cross-entropy -(w g ln p + (1-g) ln(1-p)) where it is asked for, else 0.
template <bool with_cross_entropy> std::vector<std::array<double, 5>> count_pixels(const slices& all, float positive_weight) {
    return sum_slices<5>(all, [&](std::int64_t i, std::int64_t lane, auto& sums) {
        const float z = all.logits[i], g = all.target[i];
        const logistic s{z};
        const float tp = s.p * g, fn = s.q * g;
        sums[0][lane] += tp;
        sums[1][lane] += s.p - tp;
        sums[2][lane] += fn;
        sums[3][lane] += s.q - fn;
        if constexpr (with_cross_entropy) {
            const entropy h{z, s};
            sums[4][lane] += (1 - g) * h.of_q + g * positive_weight * h.of_p;
        }
    });
}

/// From the gradients of those sums, [5][slices], to that of the logits.
inline void count_pixels_backward(const slices& all, const float* gradients, float positive_weight, float* d_logits) {
    all.for_parts([&](std::int64_t slice, std::int64_t, std::int64_t first, std::int64_t last) {
        const auto of = [&](std::int64_t n) { return gradients[n * all.count + slice]; };
        const float background = of(1) - of(3), fracture = of(0) - of(2); // of p, where g is 0 and 1
        const float of_entropy = of(4), weighted = of(4) * positive_weight;
        for (auto i = first; i < last; ++i) {
            const float g = all.target[i];
            const logistic s{all.logits[i]};
            d_logits[i] = (1 - g) * (s.p * s.q * background + of_entropy * s.p) + g * (s.p * s.q * fracture - weighted * s.q);
        }
    });
}

/// -ln(1 - sigmoid(x)) sigmoid(x)^exponent and its slope: the cross-entropy of a pixel whose wrong class has logit x, played down where x is low.
struct focused {
    logistic s;
    entropy h;
    float value, slope;

    focused(float x, float exponent) : s{x}, h{x, s} {
        const float power = fast::exp_of_negative(h.of_p * -exponent);
        value = h.of_q * power;
        slope = power * (s.p + exponent * h.of_q * s.q);
    }
};

struct pixel_term {
    float value, slope;
};

/// Of focal losses, the sum over all pixels, and each pixel's slope unless `slopes` is null.
template <class Term> double sum_with_slopes(const slices& all, float* slopes, const Term& term) {
    const auto sums = slopes == nullptr ? sum_slices<1>(all, [&](std::int64_t i, std::int64_t lane, auto& sum) { sum[0][lane] += term(all.logits[i], all.target[i]).value; })
                                        : sum_slices<1>(all, [&](std::int64_t i, std::int64_t lane, auto& sum) {
                                              const auto [value, slope] = term(all.logits[i], all.target[i]);
                                              sum[0][lane] += value;
                                              slopes[i] = slope;
                                          });
    double total = 0;
    for (const auto& s : sums) total += s[0];
    return total;
}

struct focal_weights {
    float exponent, positive, negative;
};

/// loss::focal: both classes are played down where they are easy.
inline double sum_focal(const slices& all, const focal_weights& k, float* slopes) {
    return sum_with_slopes(all, slopes, [&](float z, float g) -> pixel_term {
        const float side = 1 - 2 * g, weight = g * k.positive + (1 - g) * k.negative;
        const focused f{z * side, k.exponent};
        return {f.value * weight, f.slope * side * weight};
    });
}

/// loss::asymmetric_focal: background alone is.
inline double sum_asymmetric_focal(const slices& all, const focal_weights& k, float* slopes) {
    return sum_with_slopes(all, slopes, [&](float z, float g) -> pixel_term {
        const float fracture = g * k.positive, background = (1 - g) * k.negative;
        const focused f{z, k.exponent};
        return {fracture * f.h.of_p + background * f.value, background * f.slope - fracture * f.s.q};
    });
}

} // namespace facet::cpu
