#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cuda/launcher.hpp>

/// The blocks of engine/fused.hpp by kernels of ours on a GPU (norm_source.hpp, gate_source.hpp). Everything stays on the device, nothing waits for it, and
/// memory comes from LibTorch, so that a graph can record it.
namespace facet::cuda {

namespace detail {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using int64 = long long; ///< of the kernels

inline launcher& current() { return stand_in != nullptr ? *stand_in : *launchers<>::of_gpu(); }

/// An image [N,C,H,W] in channels_last, or some channels of one, as the kernels see it.
struct pixels {
    void* data;
    int64 stride, rows;
    int channels;
};
inline bool is_pixels(const at::Tensor& x) {
    const auto s = x.strides(), n = x.sizes();
    return s[1] == 1 && s[3] % 8 == 0 && s[2] == n[3] * s[3] && s[0] == n[2] * s[2] && reinterpret_cast<std::uintptr_t>(x.const_data_ptr()) % 16 == 0;
}
inline pixels pixels_of(const at::Tensor& x) {
    return {const_cast<void*>(x.const_data_ptr()), x.stride(3), x.numel() / x.size(1), static_cast<int>(x.size(1))}; // the kernels' own types say what is written
}
/// A gradient as it comes, or a copy that the kernels can read. (`contiguous` would leave [N,C,1,1] as it is, whatever its strides.)
inline at::Tensor readable(const at::Tensor& gradient) { return is_pixels(gradient) ? gradient : image_like(gradient, gradient.size(1)).copy_(gradient); }

inline at::Tensor floats(const at::Tensor& near, at::IntArrayRef shape) { return at::empty(shape, near.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous)); }
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

/// [4,C]: scale, shift, mean and 1 / deviation of what `partial` [parts,2,C] and `origin` [C] say, which also moves the running statistics.
inline void check(const norm_tensors& n) {
    for (const auto* t : {&n.weight, &n.bias, &n.running_mean, &n.running_variance}) TORCH_CHECK(t->scalar_type() == at::kFloat && t->is_contiguous(), "facet: a normalisation's tensors are fp32");
}
inline at::Tensor finish(const at::Tensor& image, const at::Tensor& partial, const at::Tensor& origin, int64 rows, const norm_tensors& n) {
    check(n);
    const int channels = static_cast<int>(origin.numel());
    auto statistics = floats(image, {4, channels});
    launch(image, "norm_finish", finishing(channels), of(partial), static_cast<int>(partial.size(0)), of(origin), rows, channels, of(n.weight), of(n.bias), norm_momentum, norm_epsilon,
           to(n.running_mean), to(n.running_variance), to(statistics));
    return statistics;
}
inline at::Tensor learn(const at::Tensor& x, const norm_tensors& n) {
    const auto p = pixels_of(x);
    const auto shape = sum_tiles(p.rows, p.channels, 2, 4);
    auto partial = floats(x, {shape.grid_y, 2, p.channels}), origin = floats(x, {p.channels});
    launch(x, "norm_sums", shape, static_cast<const void*>(p.data), p.stride, p.rows, p.channels, to(partial), to(origin));
    return finish(x, partial, origin, p.rows, n);
}
/// The same from the running statistics.
inline at::Tensor recall(const at::Tensor& image, const norm_tensors& n) {
    check(n);
    const int channels = static_cast<int>(n.weight.numel());
    auto statistics = floats(image, {4, channels});
    launch(image, "norm_recall", {(static_cast<unsigned>(channels) + 31) / 32, 1, 32, 1, 0}, of(n.running_mean), of(n.running_variance), channels, of(n.weight), of(n.bias), norm_epsilon, to(statistics));
    return statistics;
}
inline at::Tensor apply_relu(const at::Tensor& x, const at::Tensor& statistics) {
    const auto p = pixels_of(x);
    auto y = image_like(x, p.channels);
    launch(x, "norm_relu", map_tiles(p.rows, p.channels, 5), static_cast<const void*>(p.data), p.stride, p.rows, p.channels, of(statistics), y.mutable_data_ptr(), int64{p.channels});
    return y;
}
/// [5,C]: how a gradient passes, and the gradients of weight and bias. `sums`: [parts,...] with the sums of g at `first` and those of g (x - mean) at `second`.
inline at::Tensor finish_backward(const at::Tensor& image, const at::Tensor& sums, std::int64_t first, std::int64_t second, int64 rows, const at::Tensor& weight, const at::Tensor& statistics) {
    const int channels = static_cast<int>(weight.numel());
    auto way = floats(image, {5, channels});
    launch(image, "norm_finish_backward", finishing(channels), of(sums) + first * channels, of(sums) + second * channels, static_cast<int>(sums.size(0)), int64{sums.stride(0)}, rows, channels,
           of(weight), of(statistics), to(way));
    return way;
}

struct norm_relu_function : torch::autograd::Function<norm_relu_function> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance) {
        const auto statistics = learn(x, {weight, bias, running_mean, running_variance});
        context->save_for_backward({x, weight, statistics});
        return apply_relu(x, statistics);
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &statistics = saved[2];
        const auto dy = readable(gradients[0]);
        const auto p = pixels_of(x), g = pixels_of(dy);
        const auto shape = sum_tiles(p.rows, p.channels, 2, 3);
        auto partial = floats(x, {shape.grid_y, 2, p.channels});
        launch(x, "norm_relu_sums", shape, static_cast<const void*>(g.data), g.stride, static_cast<const void*>(p.data), p.stride, p.rows, p.channels, of(statistics), to(partial));
        const auto way = finish_backward(x, partial, 0, 1, p.rows, saved[1], statistics);
        auto dx = image_like(x, p.channels);
        launch(x, "norm_relu_backward", map_tiles(p.rows, p.channels, 3), static_cast<const void*>(g.data), g.stride, static_cast<const void*>(p.data), p.stride, p.rows, p.channels, of(statistics), of(way),
               dx.mutable_data_ptr());
        return {dx, way.select(0, 3), way.select(0, 4), {}, {}};
    }
};

/// What the gate's passes read: the two features and the statistics of all normalisations.
struct gate_inputs {
    at::Tensor fg, fx, weight, g, x, logits;

    [[nodiscard]] const void* data_g() const { return fg.const_data_ptr(); }
    [[nodiscard]] const void* data_x() const { return fx.const_data_ptr(); }
    [[nodiscard]] int64 rows() const { return logits.numel(); }
    [[nodiscard]] int channels() const { return static_cast<int>(fg.size(1)); }
};

/// Fills `in.logits`; returns their sums [parts,2,1] and the first of them.
inline std::pair<at::Tensor, at::Tensor> find_logits(const gate_inputs& in) {
    const auto groups = groups_of(in.rows(), in.channels(), 4);
    auto partial = floats(in.fg, {groups.shape.grid_x, 2, 1}), origin = floats(in.fg, {1});
    launch(in.fg, "gate_logits", groups.shape, in.data_g(), in.data_x(), in.rows(), in.channels(), of(in.g), of(in.x), of(in.weight), groups.lanes, to(in.logits), to(partial), to(origin));
    return {partial, origin};
}
inline at::Tensor merge(const at::Tensor& skip, const at::Tensor& up, const at::Tensor& logits, const at::Tensor& p) {
    const auto s = pixels_of(skip), u = pixels_of(up);
    auto out = image_like(skip, 2 * s.channels);
    launch(skip, "gate_merge", map_tiles(s.rows, s.channels, 5), static_cast<const void*>(s.data), s.stride, static_cast<const void*>(u.data), u.stride, s.rows, s.channels, of(logits), of(p),
           out.mutable_data_ptr());
    return out;
}

struct gate_function : torch::autograd::Function<gate_function> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& psi_weight,
                              const at::Tensor& g_weight, const at::Tensor& g_bias, const at::Tensor& x_weight, const at::Tensor& x_bias, const at::Tensor& p_weight, const at::Tensor& p_bias,
                              const std::vector<at::Tensor>& running) {
        const gate_inputs in{fg, fx, psi_weight, learn(fg, {g_weight, g_bias, running[0], running[1]}), learn(fx, {x_weight, x_bias, running[2], running[3]}),
                             floats(fg, {fg.numel() / fg.size(1)})};
        const auto [partial, origin] = find_logits(in);
        const auto p = finish(fg, partial, origin, in.rows(), {p_weight, p_bias, running[4], running[5]});
        context->save_for_backward({fg, fx, psi_weight, in.g, in.x, in.logits, p, skip, g_weight, x_weight, p_weight});
        return merge(skip, up, in.logits, p);
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto v = context->get_saved_variables();
        const gate_inputs in{v[0], v[1], v[2], v[3], v[4], v[5]};
        const auto &p = v[6], &skip = v[7], &g_weight = v[8], &x_weight = v[9], &p_weight = v[10];
        const auto d_out = readable(gradients[0]);
        const auto d = pixels_of(d_out), s = pixels_of(skip);

        const auto groups = groups_of(s.rows, s.channels, 6);
        auto d_skip = image_like(skip, s.channels), d_normed = at::empty_like(in.logits), sums = floats(skip, {groups.shape.grid_x, 2, 1});
        launch(skip, "gate_merge_backward", groups.shape, static_cast<const void*>(d.data), d.stride, static_cast<const void*>(s.data), s.stride, s.rows, s.channels, of(in.logits), of(p),
               groups.lanes, d_skip.mutable_data_ptr(), to(d_normed), to(sums));
        const auto way = finish_backward(skip, sums, 0, 1, s.rows, p_weight, p);

        const auto shape = sum_tiles(in.rows(), in.channels(), 4, 2);
        auto partial = floats(in.fg, {shape.grid_y, 4, in.channels()});
        launch(in.fg, "gate_sums", shape, in.data_g(), in.data_x(), in.rows(), in.channels(), of(in.g), of(in.x), of(in.weight), of(in.logits), of(d_normed), of(way), to(partial));
        const auto way_g = finish_backward(in.fg, partial, 0, 1, in.rows(), g_weight, in.g), way_x = finish_backward(in.fg, partial, 0, 2, in.rows(), x_weight, in.x);
        auto d_fg = image_like(in.fg, in.channels()), d_fx = image_like(in.fx, in.channels());
        launch(in.fg, "gate_backward", map_tiles(in.rows(), in.channels(), 2), in.data_g(), in.data_x(), in.rows(), in.channels(), of(in.g), of(in.x), of(in.weight), of(in.logits), of(d_normed), of(way),
               of(way_g), of(way_x), d_fg.mutable_data_ptr(), d_fx.mutable_data_ptr());
        const auto d_psi = partial.select(1, 3).sum(0).view(in.weight.sizes());
        return {d_fg, d_fx, d_skip, d_out.narrow(1, s.channels, s.channels), d_psi, way_g.select(0, 3), way_g.select(0, 4), way_x.select(0, 3), way_x.select(0, 4), way.select(0, 3), way.select(0, 4), {}};
    }
};

} // namespace detail

/// Whether the kernels take such an image [N,C,H,W]: fp32 or bf16, channels_last, C a multiple of 8.
inline bool takes(const at::Tensor& x) {
    return is_image(x) && x.numel() > 0 && x.size(1) % 8 == 0 && detail::is_pixels(x)
           && (stand_in != nullptr || (x.is_cuda() && launchers<>::of_gpu() != nullptr));
}

/// The four functions of engine/fused.hpp.
inline at::Tensor norm_relu(const at::Tensor& x, const norm_tensors& n) { return detail::norm_relu_function::apply(x, n.weight, n.bias, n.running_mean, n.running_variance); }
inline at::Tensor norm_relu_frozen(const at::Tensor& x, const norm_tensors& n) { return detail::apply_relu(x, detail::recall(x, n)); }
inline at::Tensor gate(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x, const norm_tensors& p) {
    return detail::gate_function::apply(fg, fx, skip, up, w, g.weight, g.bias, x.weight, x.bias, p.weight, p.bias,
                                        std::vector<at::Tensor>{g.running_mean, g.running_variance, x.running_mean, x.running_variance, p.running_mean, p.running_variance});
}
inline at::Tensor gate_frozen(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x,
                              const norm_tensors& p) {
    const detail::gate_inputs in{fg, fx, w, detail::recall(fg, g), detail::recall(fx, x), detail::floats(fg, {fg.numel() / fg.size(1)})};
    (void)detail::find_logits(in);
    return detail::merge(skip, up, in.logits, detail::recall(skip, p));
}

} // namespace facet::cuda
