#pragma once

/// The attention gate on a GPU, after norm_source: z = max(norm(fg) + norm(fx), 0), logit = w.z, psi = sigmoid(norm(logit)), out = skip psi.
/// The algebra is that of engine/cpu/gate.hpp. `g`, `x` and `p` are statistics [4][channels] of the three normalisations (`p`: [4]).
namespace facet::cuda {

inline constexpr const char* gate_source = R"cuda(
// Eight channels of norm(fg) + norm(fx).
struct gate_channels {
    float scale_g[8], scale_x[8], shift[8], weight[8];

    __device__ void read(const float* g, const float* x, const float* w, int c, int channels) {
        float of_x[8];
        values(g, c, channels, scale_g);
        values(x, c, channels, scale_x);
        values(g + channels, c, channels, shift);
        values(x + channels, c, channels, of_x);
        values(w, c, channels, weight);
#pragma unroll
        for (int i = 0; i < 8; ++i) shift[i] += of_x[i];
    }
    __device__ float sum(float vg, float vx, int i) const { return vg * scale_g[i] + (vx * scale_x[i] + shift[i]); }
};

__device__ inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }

// Pixels of a block whose threads work `lanes` on a pixel: a power of two, at most a warp. All lanes of a warp take part in every sum.
__device__ inline float sum_of_lanes(float x, int lanes) {
    for (int half = lanes / 2; half > 0; half /= 2) x += __shfl_xor_sync(0xffffffffu, x, half);
    return x;
}
// Two sums over the pixels of a block, to partial[blockIdx.x][2]; the first lane of each pixel brings them. Shared memory: two floats a pixel.
__device__ inline void sum_pixels(float first, float second, int lanes, float* partial) {
    SHARED(float, shared);
    const int pixels = blockDim.x / lanes;
    if (threadIdx.x % lanes == 0) {
        shared[threadIdx.x / lanes] = first;
        shared[pixels + threadIdx.x / lanes] = second;
    }
    __syncthreads();
    if (threadIdx.x >= 2) return;
    float sum = 0;
    for (int i = 0; i < pixels; ++i) sum += shared[threadIdx.x * pixels + i];
    partial[2 * blockIdx.x + threadIdx.x] = sum;
}

// One logit a pixel, and sums of their deviations from the first one and of its squares.
KERNEL(256, 4) gate_logits(const element* fg, const element* fx, int64 rows, int channels, const float* g, const float* x, const float* weight, int lanes, float* logits, float* partial,
                   float* origin) {
    const int lane = threadIdx.x % lanes, pixels = blockDim.x / lanes;
    gate_channels k;
    k.read(g, x, weight, 8 * lane, channels);
    const bool wide = channels > 8 * lanes;
    const auto logit = [&](int64 r) {
        float dot = 0;
        for (int c = 8 * lane; c < channels; c += 8 * lanes) {
            float vg[8], vx[8];
            if (wide) k.read(g, x, weight, c, channels);
            load(fg + r * channels + c, vg);
            load(fx + r * channels + c, vx);
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                const float z = k.sum(vg[i], vx[i], i);
                dot += z <= 0 ? 0 : z * k.weight[i];
            }
        }
        return sum_of_lanes(dot, lanes);
    };
    const float first = logit(0);
    if (blockIdx.x == 0 && threadIdx.x == 0) *origin = first;
    float sum = 0, squares = 0;
    for (int64 base = (int64)blockIdx.x * pixels; base < rows; base += (int64)gridDim.x * pixels) {
        const int64 r = base + threadIdx.x / lanes;
        const float l = logit(r < rows ? r : 0);
        if (r >= rows) continue;
        if (lane == 0) logits[r] = l;
        sum += l - first;
        squares += (l - first) * (l - first);
    }
    sum_pixels(sum, squares, lanes, partial);
}

// An image at a pixel, and its logit.
struct skip_pixel {
    packed v;
    float logit;
};

// out = skip psi.
KERNEL(256, 5) gate_skip(const element* skip, int64 stride, int64 rows, int channels, const float* logits, const float* p, element* out, int64 stride_out) {
    const int c = first_channel();
    if (c >= channels) return;
    const float scale = p[0], shift = p[1];
    for_rows<2>(rows, [&](int64 r) { return skip_pixel{fetch(skip + r * stride + c), logits[r]}; }, [&](int64 r, const skip_pixel& row) {
        const float psi = sigmoid(row.logit * scale + shift);
        float v[8];
        read(row.v, v);
#pragma unroll
        for (int i = 0; i < 8; ++i) v[i] *= psi;
        store(v, out + r * stride_out + c);
    });
}

// d_skip = d_out psi, the gradient of norm(logit) for each pixel, and sums of it and of its product with (logit - mean).
KERNEL(256, 6) gate_skip_backward(const element* d_out, int64 stride_d, const element* skip, int64 stride_skip, int64 rows, int channels, const float* logits, const float* p, int lanes,
                           element* d_skip, float* d_normed, float* partial) {
    const int lane = threadIdx.x % lanes, pixels = blockDim.x / lanes;
    const float scale = p[0], shift = p[1], mean = p[2];
    float sum = 0, product = 0;
    for (int64 base = (int64)blockIdx.x * pixels; base < rows; base += (int64)gridDim.x * pixels) {
        const int64 r = base + threadIdx.x / lanes, from = r < rows ? r : 0;
        const float logit = logits[from], psi = sigmoid(logit * scale + shift);
        float dot = 0;
        for (int c = 8 * lane; c < channels; c += 8 * lanes) {
            float d[8], v[8];
            load(d_out + from * stride_d + c, d);
            load(skip + from * stride_skip + c, v);
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                dot += d[i] * v[i];
                d[i] *= psi;
            }
            if (r < rows) store(d, d_skip + r * channels + c);
        }
        dot = sum_of_lanes(dot, lanes) * psi * (1 - psi);
        if (r >= rows) continue;
        if (lane == 0) d_normed[r] = dot;
        sum += dot;
        product += dot * (logit - mean);
    }
    sum_pixels(sum, product, lanes, partial);
}

// Features, logit and its normalisation's gradient at a pixel.
struct gate_pixel {
    packed a, b;
    float logit, d_normed;
};
struct fetch_features {
    const element* fg;
    const element* fx;
    const float* logits;
    const float* d_normed;
    int64 channels;

    __device__ gate_pixel operator()(int64 r) const { return {fetch(fg + r * channels), fetch(fx + r * channels), logits[r], d_normed[r]}; }
};
// The gradient of a logit from that of its normalisation; `way` as norm_finish_backward leaves it.
struct logit_gradient {
    float a, b, c;

    __device__ explicit logit_gradient(const float* way) : a(way[0]), b(way[1]), c(way[2]) {}
    __device__ float operator()(const gate_pixel& row) const { return a * row.d_normed + (b * row.logit + c); }
};

// With d = weight d_logit where z > 0, partial[blockIdx.y][4][channels]: sums of d, d (fg - mean_g), d (fx - mean_x) and d_logit z.
KERNEL(256, 2) gate_sums(const element* fg, const element* fx, int64 rows, int channels, const float* g, const float* x, const float* weight, const float* logits, const float* d_normed,
                 const float* way, float* partial) {
    const int c = first_channel();
    gate_channels k;
    float mean_g[8], mean_x[8];
    k.read(g, x, weight, c, channels);
    values(g + 2 * channels, c, channels, mean_g);
    values(x + 2 * channels, c, channels, mean_x);
    const logit_gradient gradient(way);
    const fetch_features fetched{fg + c, fx + c, logits, d_normed, channels};
    sum_rows<4, 2>(rows, channels, partial, fetched, [&](const gate_pixel& row, float (&sums)[4][8]) {
        float vg[8], vx[8];
        read(row.a, vg);
        read(row.b, vx);
        const float d_logit = gradient(row);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float z = k.sum(vg[i], vx[i], i), d = z <= 0 ? 0 : d_logit * k.weight[i];
            sums[0][i] += d;
            sums[1][i] += d * (vg[i] - mean_g[i]);
            sums[2][i] += d * (vx[i] - mean_x[i]);
            sums[3][i] += z <= 0 ? 0 : d_logit * z;
        }
    });
}

KERNEL(256, 2) gate_backward(const element* fg, const element* fx, int64 rows, int channels, const float* g, const float* x, const float* weight, const float* logits, const float* d_normed,
                     const float* way, const float* way_g, const float* way_x, element* d_fg, element* d_fx) {
    const int c = first_channel();
    if (c >= channels) return;
    gate_channels k;
    k.read(g, x, weight, c, channels);
    float a_g[8], b_g[8], k_g[8], a_x[8], b_x[8], k_x[8];
    values(way_g, c, channels, a_g);
    values(way_g + channels, c, channels, b_g);
    values(way_g + 2 * channels, c, channels, k_g);
    values(way_x, c, channels, a_x);
    values(way_x + channels, c, channels, b_x);
    values(way_x + 2 * channels, c, channels, k_x);
    const logit_gradient gradient(way);
    const fetch_features fetched{fg + c, fx + c, logits, d_normed, channels};
    for_rows<2>(rows, fetched, [&](int64 r, const gate_pixel& row) {
        float vg[8], vx[8];
        read(row.a, vg);
        read(row.b, vx);
        const float d_logit = gradient(row);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float d = k.sum(vg[i], vx[i], i) <= 0 ? 0 : d_logit * k.weight[i];
            vg[i] = a_g[i] * d + (b_g[i] * vg[i] + k_g[i]);
            vx[i] = a_x[i] * d + (b_x[i] * vx[i] + k_x[i]);
        }
        store(vg, d_fg + r * channels + c);
        store(vx, d_fx + r * channels + c);
    });
}
)cuda";

} // namespace facet::cuda
