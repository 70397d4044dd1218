#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <c10/util/BFloat16.h>

#include <facet/engine/parallel.hpp>

/// What the kernels of the CPU are written in: matrices of pixels by channels (channels_last images), V channels at a time, in fp32. The
/// vectors are those of the compiler and work on any processor; wide ones are split where it has none.
namespace facet::cpu {

/// `rows` pixels of `channels` numbers; `stride` from one pixel to the next.
template <class T> struct matrix {
    T* data;
    std::int64_t rows, channels, stride;

    [[nodiscard]] T* at(std::int64_t row, std::int64_t channel) const { return data + row * stride + channel; }
    /// k pixels side by side as one: narrow pixels fill a vector.
    [[nodiscard]] matrix folded(std::int64_t k) const { return {data, rows / k, channels * k, stride * k}; }
};

template <int V> struct lanes {
    using floats [[gnu::vector_size(4 * V)]] = float;
    using words [[gnu::vector_size(4 * V)]] = std::uint32_t;
    using signs [[gnu::vector_size(4 * V)]] = std::int32_t; ///< of comparisons: all bits, or none

    // By reference: how wide vectors are passed by value depends on the processor compiled for.
    static void load(const float* from, floats& to) { __builtin_memcpy(&to, from, sizeof to); }
    static void load(const c10::BFloat16* from, floats& to) {
        std::uint16_t halves[V];
        std::uint32_t bits[V];
        __builtin_memcpy(halves, from, sizeof halves);
        for (int i = 0; i < V; ++i) bits[i] = std::uint32_t{halves[i]} << 16;
        __builtin_memcpy(&to, bits, sizeof to);
    }
    static void store(const floats& from, float* to) { __builtin_memcpy(to, &from, sizeof from); }
    /// To nearest, ties to even; not a number stays so.
    static void store(const floats& from, c10::BFloat16* to) {
        words bits, mask;
        __builtin_memcpy(&bits, &from, sizeof bits);
        const signs is_number = from == from;
        __builtin_memcpy(&mask, &is_number, sizeof mask);
        const words rounded = (((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16) & mask) | (~mask & 0x7fc0u);
        std::uint32_t wide[V];
        std::uint16_t halves[V];
        __builtin_memcpy(wide, &rounded, sizeof wide);
        for (int i = 0; i < V; ++i) halves[i] = static_cast<std::uint16_t>(wide[i]);
        __builtin_memcpy(to, halves, sizeof halves);
    }
    /// `to` where `gate` is positive or not a number, else 0.
    static void keep_positive(const floats& gate, floats& to) {
        const signs dead = gate <= 0.0f;
        words mask, bits;
        __builtin_memcpy(&mask, &dead, sizeof mask);
        __builtin_memcpy(&bits, &to, sizeof bits);
        bits &= ~mask;
        __builtin_memcpy(&to, &bits, sizeof to);
    }
    static float sum(const floats& x) {
        float s[V];
        __builtin_memcpy(s, &x, sizeof s);
        for (int half = V / 2; half > 0; half /= 2)
            for (int i = 0; i < half; ++i) s[i] += s[i + half];
        return s[0];
    }
};

/// Work is cut into parts by its size alone, so that sums do not depend on the number of threads.
inline std::int64_t part_count(std::int64_t elements) { return std::clamp<std::int64_t>(elements / 16'384, 1, 32); }

/// Calls `body(part, first row, last row)`.
template <class F> void for_parts(std::int64_t rows, std::int64_t parts, const F& body) {
    parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto p = begin; p < end; ++p) body(p, rows * p / parts, rows * (p + 1) / parts);
    });
}

/// Calls `body(row, channel)` for every V channels.
template <int V, class F> void for_each(std::int64_t rows, std::int64_t channels, const F& body) {
    for_parts(rows, part_count(rows * channels), [&](std::int64_t, std::int64_t first, std::int64_t last) {
        for (auto r = first; r < last; ++r)
            for (std::int64_t c = 0; c < channels; c += V) body(r, c);
    });
}

/// N sums over the rows, [N][channels]. `term(row, channel, sums)` adds its V channels to each. fp32 within 128 rows, double beyond.
template <int V, int N, class F> std::vector<double> sum_rows(std::int64_t rows, std::int64_t channels, const F& term) {
    const auto parts = part_count(rows * channels), length = N * channels;
    std::vector<double> partial(static_cast<std::size_t>(parts * length));
    for_parts(rows, parts, [&](std::int64_t part, std::int64_t first, std::int64_t last) {
        auto* out = partial.data() + part * length;
        for (auto begin = first; begin < last; begin += 128) {
            const auto end = std::min(last, begin + 128);
            for (std::int64_t c = 0; c < channels; c += V) {
                typename lanes<V>::floats sums[N] = {};
                for (auto r = begin; r < end; ++r) term(r, c, sums);
                for (int n = 0; n < N; ++n)
                    for (int i = 0; i < V; ++i) out[n * channels + c + i] += static_cast<double>(sums[n][i]);
            }
        }
    });
    for (std::int64_t p = 1; p < parts; ++p)
        for (std::int64_t i = 0; i < length; ++i) partial[static_cast<std::size_t>(i)] += partial[static_cast<std::size_t>(p * length + i)];
    partial.resize(static_cast<std::size_t>(length));
    return partial;
}

/// The widest of 16, 8, 4 and 1 that divides `channels`, as a constant.
template <class F> void with_lanes(std::int64_t channels, const F& body) {
    if (channels % 16 == 0) body.template operator()<16>();
    else if (channels % 8 == 0) body.template operator()<8>();
    else if (channels % 4 == 0) body.template operator()<4>();
    else body.template operator()<1>();
}

} // namespace facet::cpu
