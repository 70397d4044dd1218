// The C++ side of the GPU benchmark: one command a call, one JSON line a result. Runs on the CPU as well, for a dry run.
// Usage: gpu DEVICE full|small COMMAND [BATCH [fp32|bf16 [plain|fused]]]
//   COMMAND: parity, fused_parity, matmul, convolutions, blocks, step, steps, eager_step, augment, pipeline, validation
//   fused: the blocks by our kernels
#include <facet/facet.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/cuda/launcher.hpp>
#include <facet/engine/device.hpp>
#include <facet/engine/fused.hpp>
#include <facet/engine/layers.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/validation.hpp>

#include "made_store.hpp"
#include "pipeline.hpp"
#include "serve.hpp"

using namespace facet;

constexpr experiment full{"gpu",
                          input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                          input::size{256},
                          sampler::balanced{.positive_fraction = 0.5},
                          augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::translate{.fraction = 0.1}, augment::scale{}, augment::flip{}},
                                         augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{}}},
                          model::attention_unet{.features = 64, .depth = 4},
                          loss::dice_bce{},
                          optimizer::adamw{.learning_rate = 1e-3, .clip_norm = 1, .ema_decay = 0.999},
                          budget{.steps = 1'000'000, .batch = 32}};
constexpr auto small = with(full, input::size{64}, model::attention_unet{.features = 8, .depth = 4});

struct setting {
    at::Device device;
    plan p;
    int repeats;        ///< of what is timed
    int features;
    std::size_t slices; ///< of the store
    std::string how;    ///< of the blocks and convolutions, added to what is reported; empty: as the engine does it
};

/// Waits for everything queued on the device.
static void wait(at::Device device) { (void)at::zeros({1}, device).item<float>(); }

/// Seconds of one call, after some for warming up.
static double timed(const setting& s, const std::function<void()>& work) {
    for (int i = 0; i < std::max(3, s.repeats / 4); ++i) work();
    wait(s.device);
    return seconds([&] {
               for (int i = 0; i < s.repeats; ++i) work();
               wait(s.device);
           })
           / s.repeats;
}

/// As Python's json reads it.
static std::string number(double x) {
    if (std::isnan(x)) return "NaN";
    if (std::isinf(x)) return x > 0 ? "Infinity" : "-Infinity";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}
static void report(const std::string& name, double value, const char* unit) { std::printf("{\"name\": \"%s\", \"value\": %s, \"unit\": \"%s\"}\n", name.c_str(), number(value).c_str(), unit); }
static void check(const char* name, double difference, double most) {
    std::printf("{\"check\": \"%s\", \"difference\": %s, \"most\": %s, \"ok\": %s}\n", name, number(difference).c_str(), number(most).c_str(), difference <= most ? "true" : "false");
}

// ---- correctness ----------------------------------------------------------------------------------------------------------------------

static double largest(const at::Tensor& a, const at::Tensor& b) { return a.cpu().to(at::kDouble).sub(b.cpu().to(at::kDouble)).abs().max().item<double>(); }

static std::vector<std::uint32_t> first_slices(std::int64_t n) {
    std::vector<std::uint32_t> out(static_cast<std::size_t>(n));
    std::iota(out.begin(), out.end(), 0u);
    return out;
}

/// Losses of some steps in fp32 on the same input.
static std::vector<double> losses(const setting& s, at::Device device, bool bf16, const at::Tensor& channels, const at::Tensor& masks, bool recorded = true) {
    plan p = s.p;
    p.bf16 = bf16;
    learner<> student{p, device, 1, p.steps};
    student.record(recorded);
    std::vector<double> out;
    for (int i = 0; i < 5; ++i) out.push_back(student.step(channels.to(device), masks.to(device)).item<double>());
    if (recorded && device.is_cuda() && !student.recorded()) check("a step can be recorded", 1, 0);
    return out;
}
static double largest(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::isfinite(a[i] - b[i]) ? std::abs(a[i] - b[i]) : INFINITY);
    return most;
}

/// Eight augmented slices.
static training_batch some_batch(const setting& s, const made_store& made, at::Device device) {
    const resident_store resident{made.data(), device, s.p.residency};
    return augmenter{s.p, made.data(), resident, 1}(first_slices(8), 3, true);
}

/// Our kernels against LibTorch's, in whole steps: where a GPU runs them. On a CPU both sides are the same.
static void fused_parity(const setting& s) {
    if (s.device.is_cuda()) check("our kernels are compiled and loaded", cuda::launchers<>::of_gpu() != nullptr ? 0 : 1, 0);
    const made_store made{64, static_cast<std::size_t>(s.p.size)};
    const auto batch = some_batch(s, made, at::kCPU);
    const auto &channels = batch.channels, &masks = batch.masks;
    const auto of = [&](bool bf16, bool fused, bool recorded = true) {
        fused::enabled_on_gpu = fused;
        return losses(s, s.device, bf16, channels, masks, recorded);
    };
    check("five fp32 steps, our kernels against LibTorch's", largest(of(false, true), of(false, false)), 1e-3);
    check("five bf16 steps, our kernels against LibTorch's in fp32", largest(of(true, true), of(false, false)), 0.1);
    check("the same five steps twice with our kernels", largest(of(true, true), of(true, true)), 0);
    check("our kernels in a recorded graph against eager", largest(of(true, true), of(true, true, false)), 1e-6);
    fused::enabled_on_gpu = false;
}

/// How many pixels two counts have in different bins, each in both of its bins.
static double moved_pixels(const std::map<int, score_histogram>& a, const std::map<int, score_histogram>& b) {
    const auto x = total_of(a), y = total_of(b);
    std::int64_t different = 0;
    for (std::size_t i = 0; i < score_histogram::bins; ++i) different += std::abs(x.positive[i] - y.positive[i]) + std::abs(x.negative[i] - y.negative[i]);
    return static_cast<double>(different);
}

static void parity(const setting& s) {
    const made_store made{64, static_cast<std::size_t>(s.p.size)};
    const auto host = some_batch(s, made, at::kCPU), there = some_batch(s, made, s.device);
    check("augmented Hounsfield units, CPU against device", largest(host.images, there.images), 1.0); // one HU of a range of 2,500
    check("augmented channels, CPU against device", largest(host.channels, there.channels), 5e-3);
    check("share of mask pixels that differ", host.masks.ne(there.masks.cpu()).to(at::kFloat).mean().item<double>(), 1e-3); // nearest pixel, ties

    learner<> here{s.p, at::kCPU, 1, s.p.steps}, gpu{s.p, s.device, 1, s.p.steps};
    if (!s.p.bf16) {
        const auto a = here.logits(host.channels), b = gpu.logits(host.channels.to(s.device));
        check("logits of the untrained network, fp32", largest(a, b), 1e-3);
    }
    const auto cpu = losses(s, at::kCPU, false, host.channels, host.masks), device = losses(s, s.device, false, host.channels, host.masks);
    check("loss of five fp32 steps, CPU against device", largest(cpu, device), 5e-3);
    check("loss of five steps on the device, bf16 against fp32", largest(losses(s, s.device, true, host.channels, host.masks), device), 0.1);
    check("the same five steps twice on the device", largest(losses(s, s.device, true, host.channels, host.masks), losses(s, s.device, true, host.channels, host.masks)), 0);

    check("five steps of a recorded graph against eager", largest(losses(s, s.device, true, host.channels, host.masks), losses(s, s.device, true, host.channels, host.masks, false)), 1e-6);

    const auto logits = at::randn({8, 1, s.p.size, s.p.size}).mul(8);
    score_counter a{made.data()}, b{made.data(), s.device};
    a.add(first_slices(8), logits, host.masks);
    b.add(b.places(first_slices(8)).to(s.device), logits.to(s.device), host.masks.to(s.device));
    check("pixels in another bin of the score histogram", moved_pixels(a.by_level(), b.by_level()), 0);

    const auto everything = all_slices(made.data());
    const resident_store resident{made.data(), s.device, s.p.residency};
    const augmenter source{s.p, made.data(), resident, 1};
    validation_pass played{s.p, made.data(), gpu, source, everything}, issued{s.p, made.data(), gpu, source, everything};
    issued.record(false);
    (void)played(0); // records
    const auto of_graph = played(0.5), eager = issued(0.5);
    check("loss of a validation by a recorded graph against eager", std::abs(of_graph.loss - eager.loss), 1e-6);
    check("pixels that a recorded validation counts in another bin", moved_pixels(of_graph.by_level, eager.by_level), 0);
    if (s.device.is_cuda()) check("a validation can be recorded", played.recorded() ? 0 : 1, 0);
}

// ---- speed ----------------------------------------------------------------------------------------------------------------------------

static void matmul(const setting& s) {
    const std::int64_t n = s.features == 64 ? 8192 : 256;
    const auto a = at::randn({n, n}, s.device).to(at::kBFloat16), b = at::randn({n, n}, s.device).to(at::kBFloat16);
    const double t = timed(s, [&] { (void)at::mm(a, b); });
    report("matrix product, bf16", 2 * std::pow(static_cast<double>(n), 3) / t / 1e12, "TFLOP/s");
}

struct layer {
    std::int64_t in, out, kernel, stride, side; ///< side of its input
    bool doubles = false, first = false;
};

/// Every convolution of the attention U-Net, in the order of its forward pass.
static std::vector<layer> layers_of(std::int64_t features, int depth, std::int64_t side) {
    std::vector<layer> all{{3, features, 3, 1, side, false, true}, {features, features, 3, 1, side}};
    for (int i = 1; i <= depth; ++i) {
        const auto here = features << i, above = side >> (i - 1);
        all.push_back({here / 2, here, 3, 2, above});
        all.push_back({here, here, 3, 1, above / 2});
    }
    for (int i = depth; i-- > 0;) {
        const auto c = features << i, here = side >> i;
        all.push_back({2 * c, c, 3, 2, here / 2, true});
        all.push_back({c, c / 2, 1, 1, here});
        all.push_back({c, c / 2, 1, 1, here});
        all.push_back({c / 2, 1, 1, 1, here});
        all.push_back({2 * c, c, 3, 1, here});
    }
    all.push_back({features, 1, 1, 1, side});
    return all;
}

/// Floating-point operations of a training step: forward, gradient of the weights, and of the input where there is a layer before.
static double operations(const layer& l, std::int64_t batch) {
    const auto pixels = l.doubles ? l.side * l.side : (l.side / l.stride) * (l.side / l.stride);
    return (l.first ? 2 : 3) * 2.0 * static_cast<double>(batch * l.in * l.out * l.kernel * l.kernel * pixels);
}
static double operations(const setting& s) {
    double sum = 0;
    for (const auto& l : layers_of(s.features, 4, s.p.size)) sum += operations(l, 1);
    return sum;
}

static double time_convolutions(const setting& s, at::MemoryFormat format) {
    double sum = 0;
    for (const auto& l : layers_of(s.features, 4, s.p.size)) {
        const auto type = s.p.bf16 ? at::kBFloat16 : at::kFloat;
        auto x = at::randn({s.p.batch, l.in, l.side, l.side}, s.device).to(type).contiguous(format).set_requires_grad(!l.first);
        auto w = (l.doubles ? at::randn({l.in, l.out, l.kernel, l.kernel}, s.device) : at::randn({l.out, l.in, l.kernel, l.kernel}, s.device)).to(type).contiguous(format).set_requires_grad(true);
        const auto forward = [&] {
            return l.doubles ? at::conv_transpose2d(x, w, {}, {2, 2}, {1, 1}, {1, 1}) : at::conv2d(x, w, {}, {l.stride, l.stride}, {l.kernel / 2, l.kernel / 2});
        };
        const auto gradient = at::randn_like(forward());
        const torch::autograd::variable_list inputs = l.first ? torch::autograd::variable_list{w} : torch::autograd::variable_list{x, w};
        sum += timed(s, [&] { (void)torch::autograd::grad({forward()}, inputs, {gradient}); });
    }
    return sum;
}

/// All of cuDNN's plans are timed and the fastest is taken, whatever the order of its additions.
static void search_plans(bool search) {
    at::globalContext().setDeterministicAlgorithms(!search, true);
    at::globalContext().setDeterministicCuDNN(!search);
    at::globalContext().setBenchmarkCuDNN(search);
    at::globalContext().setBenchmarkLimitCuDNN(0); // all plans, not the first ten
}

static void convolutions(const setting& s) {
    const double work = operations(s) * static_cast<double>(s.p.batch);
    const std::string precision = s.p.bf16 ? "bf16" : "fp32";
    for (const bool search : {false, true}) {
        search_plans(search);
        for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
            const std::string how = precision + (format == at::MemoryFormat::ChannelsLast ? ", channels_last" : ", NCHW") + (search ? ", plans searched" : ", deterministic");
            report("convolutions alone, batch " + std::to_string(s.p.batch) + ", " + how, work / time_convolutions(s, format) / 1e12, "TFLOP/s");
        }
    }
}

/// Bytes a second of normalisation with ReLU and of the gate, forward and backward, by LibTorch's kernels and by ours. Counted is what the task
/// needs, the same for both: see reads and writes below.
static void blocks(const setting& s) {
    const auto type = s.p.bf16 ? at::kBFloat16 : at::kFloat;
    const auto image = [&](std::int64_t channels, std::int64_t side) {
        return at::randn({s.p.batch, channels, side, side}, s.device).to(type).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true);
    };
    layers::registry registry;
    for (int level : {0, 2, 4}) {
        const std::int64_t channels = std::int64_t{s.features} << level, side = s.p.size >> level;
        const std::string shape = std::to_string(channels) + " x " + std::to_string(side) + " x " + std::to_string(side);
        const int half = static_cast<int>(channels / 2);
        layers::batch_norm norm{registry, shape, static_cast<int>(channels)}, g{registry, shape + "g", half}, x{registry, shape + "x", half}, p{registry, shape + "p", 1};
        registry.to(s.device);
        const auto skip = image(channels, side), dy = at::randn_like(skip), up = image(channels, side);
        const auto w = at::randn({1, half, 1, 1}, s.device).set_requires_grad(true), d_out = at::randn({s.p.batch, 2 * channels, side, side}, s.device).to(type).contiguous(at::MemoryFormat::ChannelsLast);
        const auto convolution = [&] { return at::randn({half, channels, 1, 1}, s.device).div(channels).to(type).set_requires_grad(true); };
        const gate_tensors k{convolution(), convolution(), w, g.tensors(), x.tensors(), p.tensors(), norm.tensors()};
        const double bytes = static_cast<double>(skip.numel() * skip.element_size());
        for (const bool ours : {false, true}) {
            fused::enabled_on_gpu = ours;
            const std::string by = shape + (ours ? ", ours" : ", LibTorch");
            // Forward: x twice, y once; backward: x and dy twice, dx once.
            report("normalisation and ReLU, " + by, 8 * bytes / timed(s, [&] { (void)torch::autograd::grad({norm.relu(skip, true)}, {skip}, {dy}); }) / 1e9, "GB/s");
            const auto gated = [&] {
                if (fused::takes_gate(up, skip, half)) return fused::gate(up, skip, k);
                const auto u = norm.relu(up, true);
                const auto joined = g(at::conv2d(u, k.up_weight), true).add(x(at::conv2d(skip, k.skip_weight), true)).relu_();
                return at::cat({skip.mul(p(at::conv2d(joined, w.to(type)), true).sigmoid()), u}, 1);
            };
            // In images of C channels; features have half. Forward: up and skip twice, u once and written, fg and fx written and read twice, the gated skip. Backward: the
            // gradient's left half, skip twice, d_skip thrice; fg and fx twice, their gradients written and read twice; u, the right half four times, up twice, d_up.
            // And a product, read and written both ways, so that the gradient comes from an operation as in a network: ours writes into it.
            report("gate and its normalisation, " + by, (2 + 2 + 2 + 3 + 1 + 6 + 5 + 1 + 4 + 2 + 1 + 8) * bytes / timed(s, [&] { (void)torch::autograd::grad({gated().mul(1)}, {skip, up, k.up_weight, k.skip_weight}, {d_out}); }) / 1e9, "GB/s");
        }
    }
    fused::enabled_on_gpu = false;
}

static void step(const setting& s, bool record) {
    learner<> student{s.p, s.device, 1, s.p.steps};
    student.record(record);
    const auto channels = at::rand({s.p.batch, 3, s.p.size, s.p.size}, s.device);
    const auto masks = at::rand({s.p.batch, 1, s.p.size, s.p.size}, s.device).gt(0.99).to(at::kByte);
    const double t = timed(s, [&] { student.step(channels, masks); });
    report("operations of a training image", operations(s) / 1e9, "GFLOP");
    report((student.recorded() ? "step, recorded graph" : "step, eager") + s.how, static_cast<double>(s.p.batch) / t, "images/s");
    report("step, convolutions counted" + s.how, operations(s) * static_cast<double>(s.p.batch) / t / 1e12, "TFLOP/s");
}

/// The engine's own step, with our kernels, with cuDNN's plans searched, with both, and with eight channels for three as well: in one process, which
/// searches once.
static void steps(setting s) {
    struct way {
        const char* name;
        bool search, fused, padded;
    };
    for (const auto& w : {way{"plain", false, false, false}, way{"fused", false, true, false}, way{"searched", true, false, false}, way{"fused and searched", true, true, false},
                          way{"padded, fused and searched", true, true, true}}) {
        search_plans(w.search);
        fused::enabled_on_gpu = w.fused;
        layers::pads_channels = w.padded;
        s.how = std::string{", "} + w.name;
        step(s, true);
    }
    layers::pads_channels = false;
}

static void augment_alone(const setting& s) {
    const made_store made{s.slices, static_cast<std::size_t>(s.p.size)};
    const resident_store resident{made.data(), s.device, s.p.residency};
    const augmenter augment{s.p, made.data(), resident, 1};
    std::uint64_t epoch = 0;
    report("augmentation alone", static_cast<double>(s.p.batch) / timed(s, [&] { (void)augment(first_slices(s.p.batch), epoch++); }), "images/s");
}

static void pipeline(const setting& s) {
    const made_store made{s.slices, static_cast<std::size_t>(s.p.size)};
    training_pipeline whole{s.p, made.data(), s.device};
    report("whole pipeline" + s.how, static_cast<double>(s.p.batch) / timed(s, [&] { whole.step(); }), "images/s");
}

static void validation(const setting& s) {
    const made_store made{s.slices, static_cast<std::size_t>(s.p.size)};
    const resident_store resident{made.data(), s.device, s.p.residency};
    const augmenter source{s.p, made.data(), resident, 1};
    learner<> student{s.p, s.device, 1, s.p.steps};
    const auto slices = all_slices(made.data());
    validation_pass pass{s.p, made.data(), student, source, slices};
    (void)pass(0);
    report("validation" + s.how, static_cast<double>(slices.size()) / seconds([&] { (void)pass(0); }), "images/s");
}

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // what is done is told, whatever comes after
    if (argc < 4) return std::fprintf(stderr, "usage: gpu DEVICE full|small COMMAND [BATCH [fp32|bf16 [plain|fused]]]\n"), 2;
    const bool is_full = std::string{argv[2]} == "full";
    setting s{.device = devices<>::open({.device = argv[1]}), .p = is_full ? plan_of<full> : plan_of<small>, .repeats = is_full ? 30 : 2, .features = is_full ? 64 : 8, .slices = is_full ? 1024u : 64u, .how = {}};
    if (argc > 4) s.p.batch = std::stol(argv[4]);
    if (argc > 5) s.p.bf16 = std::string{argv[5]} == "bf16";
    const std::string command = argv[3], how = argc > 6 ? argv[6] : "plain";
    if (how != "plain") s.how = ", " + how;
    fused::enabled_on_gpu = how == "fused";
    if (command == "parity") parity(s);
    else if (command == "fused_parity") fused_parity(s);
    else if (command == "matmul") matmul(s);
    else if (command == "convolutions") convolutions(s);
    else if (command == "blocks") blocks(s);
    else if (command == "step") step(s, true);
    else if (command == "steps") steps(s);
    else if (command == "eager_step") step(s, false);
    else if (command == "augment") augment_alone(s);
    else if (command == "pipeline") pipeline(s);
    else if (command == "validation") validation(s);
    else return std::fprintf(stderr, "gpu: there is no command '%s'\n", argv[3]), 2;
    report("peak host memory", static_cast<double>(peak_memory()), "bytes");
    if (const auto held = devices<>::peak_memory_mib(s.device)) report("peak device memory, of LibTorch", *held * 1048576, "bytes");
}
