// Training step and prediction of the attention U-Net, over features, side of the slices, batch and precision.
#include "sweep.hpp"

#include <facet/engine/learner.hpp>

using namespace facet;

constexpr experiment f8{"f8", input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}}, input::size{64}, augment::chain{},
                        model::attention_unet{.features = 8, .depth = 4}, budget{.steps = 1'000'000, .batch = 16}};
constexpr auto f16 = with(f8, model::attention_unet{.features = 16, .depth = 4});
constexpr auto f8_fp32 = with(f8, precision::fp32{});
constexpr auto f16_fp32 = with(f16, precision::fp32{});

struct input_batch {
    at::Tensor channels, masks;
    input_batch(std::int64_t n, std::int64_t side) : channels{at::rand({n, 3, side, side})}, masks{at::rand({n, 1, side, side}).gt(0.99).to(at::kByte)} {}
};

static void step(benchmark::State& state, const plan& p) {
    const input_batch in{state.range(0), state.range(1)};
    learner<> student{p, at::kCPU, 1, p.steps};
    for (auto _ : state) student.step(in.channels, in.masks);
    state.SetComplexityN(state.range(0) * state.range(1) * state.range(1));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
static void logits(benchmark::State& state, const plan& p) {
    const input_batch in{state.range(0), state.range(1)};
    learner<> student{p, at::kCPU, 1, p.steps};
    for (auto _ : state) benchmark::DoNotOptimize(student.logits(in.channels));
    state.SetComplexityN(state.range(0) * state.range(1) * state.range(1));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

static void sweep(const std::string& name, const plan& p) {
    const auto over = [](benchmark::internal::Benchmark* b) {
        b->ArgsProduct({{4, 8, 16}, {64, 128}})->ArgNames({"batch", "side"})->Complexity()->UseRealTime()->Unit(benchmark::kMillisecond);
    };
    over(benchmark::RegisterBenchmark(("step/" + name).c_str(), [&p](benchmark::State& s) { step(s, p); }));
    over(benchmark::RegisterBenchmark(("logits/" + name).c_str(), [&p](benchmark::State& s) { logits(s, p); }));
}

int main(int argc, char** argv) {
    sweep("8 features bf16", plan_of<f8>);
    sweep("8 features fp32", plan_of<f8_fp32>);
    sweep("16 features bf16", plan_of<f16>);
    sweep("16 features fp32", plan_of<f16_fp32>);
    return run_sweeps(argc, argv);
}
