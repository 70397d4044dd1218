#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <ATen/Functions.h>

#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cuda/launcher.hpp>

namespace facet::cuda {

namespace detail {

using int64 = long long; ///< of the kernels

inline launcher& current() { return stand_in != nullptr ? *stand_in : *launchers<>::of_gpu(); }

/// An image [N,C,H,W] in channels_last, or some channels of one, as the kernels see it.
struct pixels {
    void* data;
    int64 stride, rows;
    int channels;
};
/// Eight channels are read at once, from a multiple of 16 bytes.
inline bool is_aligned(const at::Tensor& x) { return is_pixels(x) && x.stride(3) % 8 == 0 && reinterpret_cast<std::uintptr_t>(x.const_data_ptr()) % 16 == 0; }
inline pixels pixels_of(const at::Tensor& x) {
    return {const_cast<void*>(x.const_data_ptr()), x.stride(3), x.numel() / x.size(1), static_cast<int>(x.size(1))}; // the kernels' own types say what is written
}
inline const void* read(const pixels& p) { return p.data; }

inline float* to(const at::Tensor& x) { return x.mutable_data_ptr<float>(); }
inline const float* of(const at::Tensor& x) { return static_cast<const float*>(x.const_data_ptr()); }

/// `name` is instantiated for the images' type; `arguments` are of exactly the kernel's types.
template <class... A> void launch(const at::Tensor& image, const char* name, const launch_shape& shape, A... arguments) {
    void* pointers[]{&arguments...};
    current().run(image.scalar_type() == at::kBFloat16, name, shape, pointers);
}

constexpr unsigned threads = 256;

/// Eight channels a thread, `per_thread` pixels at least. `resident`: blocks that a multiprocessor holds at once, as the kernel says; no more are launched.
inline launch_shape tiles(int64 rows, int channels, unsigned sums, unsigned per_thread, unsigned resident) {
    const unsigned groups = static_cast<unsigned>(channels) / 8, columns = (groups + 31) / 32, x = (groups + columns - 1) / columns, y = threads / x;
    const auto enough = static_cast<int64>(std::max(1u, resident * current().processors() / columns));
    const auto most = (rows + y * per_thread - 1) / (y * per_thread);
    return {columns, static_cast<unsigned>(std::clamp<int64>(std::min(enough, most), 1, 65'535)), x, y, sizeof(float) * y * sums * 8 * x};
}
inline launch_shape sum_tiles(int64 rows, int channels, unsigned sums, unsigned resident) { return tiles(rows, channels, sums, 8, resident); }
inline launch_shape map_tiles(int64 rows, int channels, unsigned resident) { return tiles(rows, channels, 0, 2, resident); }

/// 32 threads share a channel's sum.
inline launch_shape finishing(int channels) { return {(static_cast<unsigned>(channels) + 31) / 32, 1, 32, 32, sizeof(double) * 32 * 32}; }

/// `lanes` threads on a pixel: a power of two that leaves at most the last without channels.
struct pixel_groups {
    int lanes;
    launch_shape shape;
};
inline pixel_groups groups_of(int64 rows, int channels, unsigned resident) {
    unsigned lanes = 1;
    while (lanes < 32 && 8 * lanes < static_cast<unsigned>(channels)) lanes *= 2;
    const unsigned at_once = threads / lanes;
    const auto blocks = std::clamp<int64>((rows + 4 * at_once - 1) / (4 * at_once), 1, resident * current().processors());
    return {static_cast<int>(lanes), {static_cast<unsigned>(blocks), 1, threads, 1, 2 * sizeof(float) * at_once}};
}

inline void check(const norm_tensors& n) {
    for (const auto* t : {&n.weight, &n.bias, &n.running_mean, &n.running_variance}) TORCH_CHECK(t->scalar_type() == at::kFloat && t->is_contiguous(), "facet: a normalisation's tensors are fp32");
}
/// Statistics [4,C] of what `partial` [parts,2,C] and `origin` [C] say, which also moves the running statistics.
inline at::Tensor finish(const at::Tensor& image, const at::Tensor& partial, const at::Tensor& origin, int64 rows, const norm_tensors& n) {
    check(n);
    const int channels = static_cast<int>(origin.numel());
    auto statistics = floats_near(image, {4, channels});
    launch(image, "norm_finish", finishing(channels), of(partial), static_cast<int>(partial.size(0)), of(origin), rows, channels, of(n.weight), of(n.bias), norm_momentum, norm_epsilon,
           to(n.running_mean), to(n.running_variance), to(statistics));
    return statistics;
}
/// [5,C]: how a gradient passes, and the gradients of weight and bias. `sums`: [parts,...] with the sums of g at `first` and those of g (x - mean) at `second`.
inline at::Tensor finish_backward(const at::Tensor& image, const at::Tensor& sums, std::int64_t first, std::int64_t second, int64 rows, const at::Tensor& weight, const at::Tensor& statistics) {
    const int channels = static_cast<int>(weight.numel());
    auto way = floats_near(image, {5, channels});
    launch(image, "norm_finish_backward", finishing(channels), of(sums) + first * channels, of(sums) + second * channels, static_cast<int>(sums.size(0)), int64{sums.stride(0)}, rows, channels,
           of(weight), of(statistics), to(way));
    return way;
}

} // namespace detail

/// The kernels that engine/fused.hpp is made of, on a GPU (norm_source.hpp, gate_source.hpp). Everything stays on the device, nothing waits for it, and
/// memory comes from LibTorch, so that a graph can record it.
struct kernels {
    static bool takes(const at::Tensor& x) {
        return is_image(x) && x.numel() > 0 && takes_channels(x.size(1)) && detail::is_aligned(x) && (stand_in != nullptr || (x.is_cuda() && launchers<>::of_gpu() != nullptr));
    }
    static bool takes_channels(std::int64_t channels) { return channels % 8 == 0; }
    static bool reads(const at::Tensor& gradient) { return detail::is_aligned(gradient); }

    static at::Tensor learn(const at::Tensor& x, const norm_tensors& n) {
        using namespace detail;
        const auto p = pixels_of(x);
        const auto shape = sum_tiles(p.rows, p.channels, 2, 4);
        auto partial = floats_near(x, {shape.grid_y, 2, p.channels}), origin = floats_near(x, {p.channels});
        launch(x, "norm_sums", shape, read(p), p.stride, p.rows, p.channels, to(partial), to(origin));
        return finish(x, partial, origin, p.rows, n);
    }
    static at::Tensor recall(const norm_tensors& n) {
        using namespace detail;
        check(n);
        const int channels = static_cast<int>(n.weight.numel());
        auto statistics = floats_near(n.weight, {4, channels});
        launch(n.weight, "norm_recall", {(static_cast<unsigned>(channels) + 31) / 32, 1, 32, 1, 0}, of(n.running_mean), of(n.running_variance), channels, of(n.weight), of(n.bias), norm_epsilon,
               to(statistics));
        return statistics;
    }
    static void norm_relu(const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& y) {
        using namespace detail;
        const auto p = pixels_of(x), out = pixels_of(y);
        launch(x, "norm_relu", map_tiles(p.rows, p.channels, 5), read(p), p.stride, p.rows, p.channels, of(statistics), out.data, out.stride);
    }
    static at::Tensor norm_relu_backward(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight, const at::Tensor& statistics, const at::Tensor& dx) {
        using namespace detail;
        const auto p = pixels_of(x), g = pixels_of(dy);
        const auto shape = sum_tiles(p.rows, p.channels, 2, 3);
        auto partial = floats_near(x, {shape.grid_y, 2, p.channels});
        launch(x, "norm_relu_sums", shape, read(g), g.stride, read(p), p.stride, p.rows, p.channels, of(statistics), to(partial));
        const auto way = finish_backward(x, partial, 0, 1, p.rows, weight, statistics);
        launch(x, "norm_relu_backward", map_tiles(p.rows, p.channels, 3), read(g), g.stride, read(p), p.stride, p.rows, p.channels, of(statistics), of(way), dx.mutable_data_ptr());
        return way;
    }

    static void find_logits(const gate_features& f) { (void)sums_of_logits(f); }
    static at::Tensor learn_logits(const gate_features& f, const norm_tensors& n) {
        const auto [partial, origin] = sums_of_logits(f);
        return detail::finish(f.fg, partial, origin, f.logits.numel(), n);
    }
    static void gate_skip(const at::Tensor& skip, const at::Tensor& logits, const at::Tensor& statistics, const at::Tensor& out) {
        using namespace detail;
        const auto s = pixels_of(skip), o = pixels_of(out);
        launch(skip, "gate_skip", map_tiles(s.rows, s.channels, 5), read(s), s.stride, s.rows, s.channels, of(logits), of(statistics), o.data, o.stride);
    }
    static gate_gradients gate_backward(const gate_features& f, const at::Tensor& statistics, const at::Tensor& skip, const at::Tensor& d_out, const std::array<at::Tensor, 3>& weights) {
        using namespace detail;
        const auto d = pixels_of(d_out), s = pixels_of(skip), g = pixels_of(f.fg), x = pixels_of(f.fx);
        gate_gradients out;

        const auto groups = groups_of(s.rows, s.channels, 6);
        out.skip = image_like(skip, s.channels);
        auto d_normed = at::empty_like(f.logits), sums = floats_near(skip, {groups.shape.grid_x, 2, 1});
        launch(skip, "gate_skip_backward", groups.shape, read(d), d.stride, read(s), s.stride, s.rows, s.channels, of(f.logits), of(statistics), groups.lanes, out.skip.mutable_data_ptr(),
               to(d_normed), to(sums));
        out.way_logit = finish_backward(skip, sums, 0, 1, s.rows, weights[2], statistics);

        const auto shape = sum_tiles(g.rows, g.channels, 4, 2);
        auto partial = floats_near(f.fg, {shape.grid_y, 4, g.channels});
        launch(f.fg, "gate_sums", shape, read(g), read(x), g.rows, g.channels, of(f.g), of(f.x), of(f.weight), of(f.logits), of(d_normed), of(out.way_logit), to(partial));
        out.way_g = finish_backward(f.fg, partial, 0, 1, g.rows, weights[0], f.g);
        out.way_x = finish_backward(f.fx, partial, 0, 2, g.rows, weights[1], f.x);
        out.fg = image_like(f.fg, g.channels);
        out.fx = image_like(f.fx, g.channels);
        launch(f.fg, "gate_backward", map_tiles(g.rows, g.channels, 2), read(g), read(x), g.rows, g.channels, of(f.g), of(f.x), of(f.weight), of(f.logits), of(d_normed), of(out.way_logit), of(out.way_g),
               of(out.way_x), out.fg.mutable_data_ptr(), out.fx.mutable_data_ptr());
        out.weight = partial.select(1, 3).sum(0).view(f.weight.sizes());
        return out;
    }

private:
    /// Fills the logits; returns their sums [parts,2,1] and the first of them.
    static std::pair<at::Tensor, at::Tensor> sums_of_logits(const gate_features& f) {
        using namespace detail;
        const auto g = pixels_of(f.fg), x = pixels_of(f.fx);
        const auto groups = groups_of(g.rows, g.channels, 4);
        auto partial = floats_near(f.fg, {groups.shape.grid_x, 2, 1}), origin = floats_near(f.fg, {1});
        launch(f.fg, "gate_logits", groups.shape, read(g), read(x), g.rows, g.channels, of(f.g), of(f.x), of(f.weight), groups.lanes, to(f.logits), to(partial), to(origin));
        return {partial, origin};
    }
};

} // namespace facet::cuda
