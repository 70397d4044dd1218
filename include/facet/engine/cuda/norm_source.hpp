#pragma once

/// Batch normalisation with ReLU on a GPU, and what its kernels and the gate's have in common. Images are pixels by channels (channels_last, or some
/// channels of it), `stride` elements from one pixel to the next; a thread takes eight channels at a time, so their number is a multiple of 8 and
/// pixels begin at 16 bytes. The algebra is that of engine/cpu/norm.hpp. Partial sums are added in a fixed order: the same bits every time.
///
/// A kernel says how many threads it is launched with and how many of its blocks share a multiprocessor; cuda/kernels.hpp launches as many, so that none is left
/// for a second round.
///
/// Text: it is compiled by NVRTC when a GPU needs it, and as C++ for the tests (tests/engine/cuda_kernels.cpp), which gives `KERNEL` and `SHARED`
/// meanings of its own.
namespace facet::cuda {

inline constexpr const char* norm_source = R"cuda(
typedef long long int64;
#ifndef KERNEL
#define KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__(threads, blocks)
#define SHARED(type, name) extern __shared__ double shared_memory[]; type* name = reinterpret_cast<type*>(shared_memory)
#endif

// Eight values as they lie in memory: fetched first and read later, so that several are on their way at once.
#if BF16
typedef unsigned short element;
struct alignas(16) packed { unsigned int pair[4]; };

__device__ inline packed fetch(const element* from) { return *reinterpret_cast<const packed*>(from); }
__device__ inline void read(const packed& from, float (&to)[8]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        to[2 * i] = __uint_as_float(from.pair[i] << 16);
        to[2 * i + 1] = __uint_as_float(from.pair[i] & 0xffff0000u);
    }
}
// To nearest, ties to even; not a number stays so.
__device__ inline unsigned int rounded(float x) {
    if (x != x) return 0x7fc0u;
    const unsigned int bits = __float_as_uint(x);
    return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}
__device__ inline unsigned int paired(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned int both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
#else
    return rounded(low) | rounded(high) << 16;
#endif
}
__device__ inline packed pack(const float (&from)[8]) {
    packed p;
#pragma unroll
    for (int i = 0; i < 4; ++i) p.pair[i] = paired(from[2 * i], from[2 * i + 1]);
    return p;
}
// In one piece, which the compiler does not always see.
__device__ inline void put(const packed& from, element* to) {
#if defined(__CUDA_ARCH__)
    asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(to), "r"(from.pair[0]), "r"(from.pair[1]), "r"(from.pair[2]), "r"(from.pair[3]) : "memory");
#else
    *reinterpret_cast<packed*>(to) = from;
#endif
}
#else
typedef float element;
struct alignas(16) quarter { float of[4]; };
struct packed { quarter low, high; };

__device__ inline packed fetch(const element* from) {
    const quarter* two = reinterpret_cast<const quarter*>(from);
    return {two[0], two[1]};
}
__device__ inline void read(const packed& from, float (&to)[8]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) to[i] = from.low.of[i], to[4 + i] = from.high.of[i];
}
__device__ inline packed pack(const float (&from)[8]) {
    packed p;
#pragma unroll
    for (int i = 0; i < 4; ++i) p.low.of[i] = from[i], p.high.of[i] = from[4 + i];
    return p;
}
__device__ inline void put(const quarter& from, float* to) {
#if defined(__CUDA_ARCH__)
    asm volatile("st.global.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to), "f"(from.of[0]), "f"(from.of[1]), "f"(from.of[2]), "f"(from.of[3]) : "memory");
#else
    *reinterpret_cast<quarter*>(to) = from;
#endif
}
__device__ inline void put(const packed& from, element* to) {
    put(from.low, to);
    put(from.high, to + 4);
}
#endif
__device__ inline void load(const element* from, float (&to)[8]) { read(fetch(from), to); }
__device__ inline void store(const float (&from)[8], element* to) { put(pack(from), to); }

// Eight of a vector with one number a channel; nothing is read beyond its end.
__device__ inline void values(const float* vector, int c, int channels, float (&to)[8]) {
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = c < channels ? vector[c + i] : 0.0f;
}

// A block is blockDim.x threads wide, eight channels each, and blockDim.y pixels high; blocks stride over the pixels.
__device__ inline int first_channel() { return 8 * (blockIdx.x * blockDim.x + threadIdx.x); }
__device__ inline int64 first_row() { return (int64)blockIdx.y * blockDim.y + threadIdx.y; }
__device__ inline int64 row_step() { return (int64)gridDim.y * blockDim.y; }

// Every row of this thread, U at a time: `fetched(row)` of all before the first `use(row, what was fetched)`.
template <int U, class L, class F> __device__ inline void for_rows(int64 rows, const L& fetched, const F& use) {
    const int64 step = row_step();
    int64 r = first_row();
    for (; r + (U - 1) * step < rows; r += U * step) {
        decltype(fetched(r)) now[U];
#pragma unroll
        for (int u = 0; u < U; ++u) now[u] = fetched(r + u * step);
#pragma unroll
        for (int u = 0; u < U; ++u) use(r + u * step, now[u]);
    }
    for (; r < rows; r += step) use(r, fetched(r));
}

// N sums a channel over the rows of this block, to partial[blockIdx.y][N][channels]. `term(what was fetched, sums)` adds to eight channels.
// Shared memory: [blockDim.y][N][8 blockDim.x] floats.
template <int N, int U, class L, class F> __device__ inline void sum_rows(int64 rows, int channels, float* partial, const L& fetched, const F& term) {
    SHARED(float, shared);
    const int wide = 8 * blockDim.x, length = N * wide;
    float sums[N][8];
#pragma unroll
    for (int n = 0; n < N; ++n)
#pragma unroll
        for (int i = 0; i < 8; ++i) sums[n][i] = 0;
    if (first_channel() < channels) for_rows<U>(rows, fetched, [&](int64, const decltype(fetched(0))& row) { term(row, sums); });
    float* mine = shared + threadIdx.y * length + 8 * threadIdx.x;
#pragma unroll
    for (int n = 0; n < N; ++n)
#pragma unroll
        for (int i = 0; i < 8; ++i) mine[n * wide + i] = sums[n][i];
    __syncthreads();
    for (int at = threadIdx.y * blockDim.x + threadIdx.x; at < length; at += blockDim.x * blockDim.y) {
        float sum = 0;
        for (int y = 0; y < blockDim.y; ++y) sum += shared[y * length + at];
        const int channel = blockIdx.x * wide + at % wide;
        if (channel < channels) partial[((int64)blockIdx.y * N + at / wide) * channels + channel] = sum;
    }
}

// The sum over `parts` of partial[part * stride + c], in double; for the threads with threadIdx.y == 0. Four loads are on their way at once. Shared memory:
// one double a thread.
__device__ inline double total(const float* partial, int parts, int64 stride, int c, int channels) {
    SHARED(double, shared);
    double sum = 0;
    if (c < channels) {
        const int step = blockDim.y;
        int p = threadIdx.y;
        for (; p + 3 * step < parts; p += 4 * step) {
            const float a = partial[p * stride + c], b = partial[(p + step) * stride + c], d = partial[(p + 2 * step) * stride + c], e = partial[(p + 3 * step) * stride + c];
            sum += ((double)a + b) + ((double)d + e);
        }
        for (; p < parts; p += step) sum += partial[p * stride + c];
    }
    __syncthreads(); // whoever reads an earlier total is done
    shared[threadIdx.y * blockDim.x + threadIdx.x] = sum;
    __syncthreads();
    double all = 0;
    if (threadIdx.y == 0)
        for (int y = 0; y < blockDim.y; ++y) all += shared[y * blockDim.x + threadIdx.x];
    return all;
}

// Statistics of a normalisation, [4][channels]: norm(x) = scale x + shift, mean, 1 / deviation.
__device__ inline void keep_statistics(double mean, double variance, float weight, float bias, double epsilon, float* statistics, int c, int channels) {
    const double inverse = 1 / sqrt(variance + epsilon), scale = weight * inverse;
    statistics[c] = (float)scale;
    statistics[channels + c] = (float)(bias - mean * scale);
    statistics[2 * channels + c] = (float)mean;
    statistics[3 * channels + c] = (float)inverse;
}

// Sums of deviations from the first pixel, and of their squares: a large mean costs no digits. `origin` [channels] receives that pixel.
KERNEL(256, 4) norm_sums(const element* x, int64 stride, int64 rows, int channels, float* partial, float* origin) {
    const int c = first_channel();
    float first[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    if (c < channels) load(x + c, first);
    if (c < channels && blockIdx.y == 0 && threadIdx.y == 0)
        for (int i = 0; i < 8; ++i) origin[c + i] = first[i];
    sum_rows<2, 4>(rows, channels, partial, [&](int64 r) { return fetch(x + r * stride + c); }, [&](const packed& row, float (&sums)[2][8]) {
        float v[8];
        read(row, v);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float d = v[i] - first[i];
            sums[0][i] += d;
            sums[1][i] += d * d;
        }
    });
}

// From partial[parts][2][channels] to the statistics of the batch, which also move the running ones.
KERNEL(1024, 1) norm_finish(const float* partial, int parts, const float* origin, int64 rows, int channels, const float* weight, const float* bias, double momentum, double epsilon,
                   float* running_mean, float* running_variance, float* statistics) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    const double sum = total(partial, parts, 2 * channels, c, channels), squares = total(partial + channels, parts, 2 * channels, c, channels);
    if (threadIdx.y > 0 || c >= channels) return;
    const double n = (double)rows, deviation = sum / n, mean = origin[c] + deviation;
    double variance = squares / n - deviation * deviation;
    if (variance < 0) variance = 0;
    keep_statistics(mean, variance, weight[c], bias[c], epsilon, statistics, c, channels);
    running_mean[c] = (float)(running_mean[c] + momentum * (mean - running_mean[c]));
    running_variance[c] = (float)(running_variance[c] + momentum * (variance * (rows > 1 ? n / (n - 1) : n) - running_variance[c]));
}

// The statistics that were learned.
KERNEL(1024, 1) norm_recall(const float* running_mean, const float* running_variance, int channels, const float* weight, const float* bias, double epsilon, float* statistics) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c < channels) keep_statistics(running_mean[c], running_variance[c], weight[c], bias[c], epsilon, statistics, c, channels);
}

// y = max(scale x + shift, 0); not a number stays so.
KERNEL(256, 5) norm_relu(const element* x, int64 stride, int64 rows, int channels, const float* statistics, element* y, int64 stride_y) {
    const int c = first_channel();
    if (c >= channels) return;
    float scale[8], shift[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    for_rows<2>(rows, [&](int64 r) { return fetch(x + r * stride + c); }, [&](int64 r, const packed& row) {
        float v[8];
        read(row, v);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float n = v[i] * scale[i] + shift[i];
            v[i] = n <= 0 ? 0 : n;
        }
        store(v, y + r * stride_y + c);
    });
}

// A row of an image and of its gradient.
struct row_and_gradient { packed v, g; };
struct fetch_rows {
    const element* x;
    const element* dy;
    int64 stride, stride_dy;

    __device__ row_and_gradient operator()(int64 r) const { return {fetch(x + r * stride), fetch(dy + r * stride_dy)}; }
};

// Sums of g and of g (x - mean), where g = dy at positive outputs.
KERNEL(256, 3) norm_relu_sums(const element* dy, int64 stride_dy, const element* x, int64 stride, int64 rows, int channels, const float* statistics, float* partial) {
    const int c = first_channel();
    float scale[8], shift[8], mean[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    values(statistics + 2 * channels, c, channels, mean);
    const fetch_rows fetched{x + c, dy + c, stride, stride_dy};
    sum_rows<2, 2>(rows, channels, partial, fetched, [&](const row_and_gradient& row, float (&sums)[2][8]) {
        float v[8], g[8];
        read(row.v, v);
        read(row.g, g);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float kept = v[i] * scale[i] + shift[i] <= 0 ? 0 : g[i];
            sums[0][i] += kept;
            sums[1][i] += kept * (v[i] - mean[i]);
        }
    });
}

// From the sums of g and of g (x - mean) to way[5][channels]: dx = a g + b x + c, and the gradients of weight and bias.
KERNEL(1024, 1) norm_finish_backward(const float* of_g, const float* of_slope, int parts, int64 part_stride, int64 rows, int channels, const float* weight, const float* statistics, float* way) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    const double sum = total(of_g, parts, part_stride, c, channels), product = total(of_slope, parts, part_stride, c, channels);
    if (threadIdx.y > 0 || c >= channels) return;
    const double mean = statistics[2 * channels + c], inverse = statistics[3 * channels + c], n = (double)rows;
    const double slope = product * inverse, a = weight[c] * inverse, b = -a * inverse * slope / n;
    way[c] = (float)a;
    way[channels + c] = (float)b;
    way[2 * channels + c] = (float)(-a * sum / n - b * mean);
    way[3 * channels + c] = (float)slope;
    way[4 * channels + c] = (float)sum;
}

KERNEL(256, 3) norm_relu_backward(const element* dy, int64 stride_dy, const element* x, int64 stride, int64 rows, int channels, const float* statistics, const float* way, element* dx) {
    const int c = first_channel();
    if (c >= channels) return;
    float scale[8], shift[8], a[8], b[8], k[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    values(way, c, channels, a);
    values(way + channels, c, channels, b);
    values(way + 2 * channels, c, channels, k);
    const fetch_rows fetched{x + c, dy + c, stride, stride_dy};
    for_rows<2>(rows, fetched, [&](int64 r, const row_and_gradient& row) {
        float v[8], g[8];
        read(row.v, v);
        read(row.g, g);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float kept = v[i] * scale[i] + shift[i] <= 0 ? 0 : g[i];
            v[i] = a[i] * kept + (b[i] * v[i] + k[i]);
        }
        store(v, dx + r * channels + c);
    });
}
)cuda";

} // namespace facet::cuda
