#pragma once

/// Batch normalisation with ReLU on a GPU, and what its kernels and the gate's have in common. Images are pixels by channels (channels_last, or some
/// channels of it), `stride` elements from one pixel to the next; a thread takes eight channels at a time, so their number is a multiple of 8 and
/// pixels begin at 16 bytes. The algebra is that of engine/cpu/norm.hpp. Partial sums are added in a fixed order: the same bits every time.
///
/// Text: it is compiled by NVRTC when a GPU needs it, and as C++ for the tests (tests/engine/cuda_kernels.cpp), which gives `KERNEL` and `SHARED`
/// meanings of its own.
namespace facet::cuda {

inline constexpr const char* norm_source = R"cuda(
typedef long long int64;
#ifndef KERNEL
#define KERNEL extern "C" __global__ void
#define SHARED(type, name) extern __shared__ double shared_memory[]; type* name = reinterpret_cast<type*>(shared_memory)
#endif

#if BF16
typedef unsigned short element;
struct alignas(16) chunk { unsigned int pair[4]; };

__device__ inline void load(const element* from, float (&to)[8]) {
    const chunk c = *reinterpret_cast<const chunk*>(from);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        to[2 * i] = __uint_as_float(c.pair[i] << 16);
        to[2 * i + 1] = __uint_as_float(c.pair[i] & 0xffff0000u);
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
__device__ inline void store(const float (&from)[8], element* to) {
    chunk c;
#pragma unroll
    for (int i = 0; i < 4; ++i) c.pair[i] = paired(from[2 * i], from[2 * i + 1]);
    *reinterpret_cast<chunk*>(to) = c;
}
#else
typedef float element;
struct alignas(16) chunk { float of[4]; };

__device__ inline void load(const element* from, float (&to)[8]) {
    const chunk* two = reinterpret_cast<const chunk*>(from);
    const chunk a = two[0], b = two[1];
#pragma unroll
    for (int i = 0; i < 4; ++i) to[i] = a.of[i], to[4 + i] = b.of[i];
}
__device__ inline void store(const float (&from)[8], element* to) {
    chunk a, b;
#pragma unroll
    for (int i = 0; i < 4; ++i) a.of[i] = from[i], b.of[i] = from[4 + i];
    chunk* two = reinterpret_cast<chunk*>(to);
    two[0] = a, two[1] = b;
}
#endif

// Eight of a vector with one number a channel; nothing is read beyond its end.
__device__ inline void values(const float* vector, int c, int channels, float (&to)[8]) {
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = c < channels ? vector[c + i] : 0.0f;
}

// A block is blockDim.x threads wide, eight channels each, and blockDim.y pixels high; blocks stride over the pixels.
__device__ inline int first_channel() { return 8 * (blockIdx.x * blockDim.x + threadIdx.x); }
__device__ inline int64 first_row() { return (int64)blockIdx.y * blockDim.y + threadIdx.y; }
__device__ inline int64 row_step() { return (int64)gridDim.y * blockDim.y; }

// N sums a channel over the rows of this block, to partial[blockIdx.y][N][channels]. `term(row, channel, sums)` adds to eight channels.
// Shared memory: [blockDim.y][N][8 blockDim.x] floats.
template <int N, class F> __device__ inline void sum_rows(int64 rows, int channels, float* partial, const F& term) {
    SHARED(float, shared);
    const int c = first_channel(), wide = 8 * blockDim.x, length = N * wide;
    float sums[N][8];
#pragma unroll
    for (int n = 0; n < N; ++n)
#pragma unroll
        for (int i = 0; i < 8; ++i) sums[n][i] = 0;
    if (c < channels)
        for (int64 r = first_row(); r < rows; r += row_step()) term(r, c, sums);
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

// The sum over `parts` of partial[part * part_stride + c], in double; for the threads with threadIdx.y == 0. Shared memory: one double a thread.
__device__ inline double total(const float* partial, int parts, int64 part_stride, int c, int channels) {
    SHARED(double, shared);
    double sum = 0;
    if (c < channels)
        for (int p = threadIdx.y; p < parts; p += blockDim.y) sum += partial[p * part_stride + c];
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
KERNEL norm_sums(const element* x, int64 stride, int64 rows, int channels, float* partial, float* origin) {
    const int c = first_channel();
    float first[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    if (c < channels) load(x + c, first);
    if (c < channels && blockIdx.y == 0 && threadIdx.y == 0)
        for (int i = 0; i < 8; ++i) origin[c + i] = first[i];
    sum_rows<2>(rows, channels, partial, [&](int64 r, int at, float (&sums)[2][8]) {
        float v[8];
        load(x + r * stride + at, v);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float d = v[i] - first[i];
            sums[0][i] += d;
            sums[1][i] += d * d;
        }
    });
}

// From partial[parts][2][channels] to the statistics of the batch, which also move the running ones.
KERNEL norm_finish(const float* partial, int parts, const float* origin, int64 rows, int channels, const float* weight, const float* bias, double momentum, double epsilon,
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
KERNEL norm_recall(const float* running_mean, const float* running_variance, int channels, const float* weight, const float* bias, double epsilon, float* statistics) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c < channels) keep_statistics(running_mean[c], running_variance[c], weight[c], bias[c], epsilon, statistics, c, channels);
}

// y = max(scale x + shift, 0); not a number stays so.
KERNEL norm_relu(const element* x, int64 stride, int64 rows, int channels, const float* statistics, element* y, int64 stride_y) {
    const int c = first_channel();
    if (c >= channels) return;
    float scale[8], shift[8], v[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    for (int64 r = first_row(); r < rows; r += row_step()) {
        load(x + r * stride + c, v);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float n = v[i] * scale[i] + shift[i];
            v[i] = n <= 0 ? 0 : n;
        }
        store(v, y + r * stride_y + c);
    }
}

// Sums of g and of g (x - mean), where g = dy at positive outputs.
KERNEL norm_relu_sums(const element* dy, int64 stride_dy, const element* x, int64 stride, int64 rows, int channels, const float* statistics, float* partial) {
    const int c = first_channel();
    float scale[8], shift[8], mean[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    values(statistics + 2 * channels, c, channels, mean);
    sum_rows<2>(rows, channels, partial, [&](int64 r, int at, float (&sums)[2][8]) {
        float v[8], g[8];
        load(x + r * stride + at, v);
        load(dy + r * stride_dy + at, g);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float kept = v[i] * scale[i] + shift[i] <= 0 ? 0 : g[i];
            sums[0][i] += kept;
            sums[1][i] += kept * (v[i] - mean[i]);
        }
    });
}

// From the sums of g and of g (x - mean) to way[5][channels]: dx = a g + b x + c, and the gradients of weight and bias.
KERNEL norm_finish_backward(const float* of_g, const float* of_slope, int parts, int64 part_stride, int64 rows, int channels, const float* weight, const float* statistics, float* way) {
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

KERNEL norm_relu_backward(const element* dy, int64 stride_dy, const element* x, int64 stride, int64 rows, int channels, const float* statistics, const float* way, element* dx) {
    const int c = first_channel();
    if (c >= channels) return;
    float scale[8], shift[8], a[8], b[8], k[8], v[8], g[8];
    values(statistics, c, channels, scale);
    values(statistics + channels, c, channels, shift);
    values(way, c, channels, a);
    values(way + channels, c, channels, b);
    values(way + 2 * channels, c, channels, k);
    for (int64 r = first_row(); r < rows; r += row_step()) {
        load(x + r * stride + c, v);
        load(dy + r * stride_dy + c, g);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float kept = v[i] * scale[i] + shift[i] <= 0 ? 0 : g[i];
            v[i] = a[i] * kept + (b[i] * v[i] + k[i]);
        }
        store(v, dx + r * channels + c);
    }
}
)cuda";

} // namespace facet::cuda
