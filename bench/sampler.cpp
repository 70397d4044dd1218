// Samplers: starting on a training set, and drawing a batch, over the number of slices and the batch.
#include "sweep.hpp"

using namespace facet;

static std::vector<slice_info> table(std::int64_t n) {
    std::vector<slice_info> slices(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < slices.size(); i += 10) slices[i].fracture_pixels = 1;
    return slices;
}

template <class Sampler> static void start(benchmark::State& state) {
    const auto slices = table(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(Sampler{}.start({.slices = slices, .batch = 32, .seed = 1}));
    state.SetComplexityN(state.range(0));
}

template <class Sampler> static void batch(benchmark::State& state) {
    const auto slices = table(state.range(1));
    const auto draw = Sampler{}.start({.slices = slices, .batch = state.range(0), .seed = 1});
    std::vector<std::int64_t> positions(static_cast<std::size_t>(state.range(0)));
    std::int64_t step = 0;
    for (auto _ : state) {
        draw(step++, positions);
        benchmark::DoNotOptimize(positions.data());
    }
    state.SetComplexityN(state.range(0));
}

template <class Sampler> static void sweep(const std::string& name) {
    benchmark::RegisterBenchmark((name + "/start").c_str(), start<Sampler>)->RangeMultiplier(8)->Range(1 << 10, 1 << 19)->ArgName("slices")->Complexity()->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark((name + "/batch").c_str(), batch<Sampler>)->ArgsProduct({{16, 32, 64}, {1 << 10, 45'815, 1 << 19}})->ArgNames({"batch", "slices"})->Complexity();
}

int main(int argc, char** argv) {
    sweep<sampler::natural>("natural");
    sweep<sampler::balanced>("balanced");
    return run_sweeps(argc, argv);
}
