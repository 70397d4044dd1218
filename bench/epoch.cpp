// One pass over a store: sampler, augmentation, steps; over the number of slices.
#include "sweep.hpp"

#include "pipeline.hpp"

using namespace facet;

constexpr experiment e{"epoch",
                       input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                       input::size{64},
                       sampler::balanced{},
                       augment::chain{augment::per_vertebra{augment::rotate{}, augment::translate{}, augment::scale{}, augment::flip{}},
                                      augment::per_slice{augment::gaussian_noise{}, augment::gamma{}}},
                       model::attention_unet{.features = 8, .depth = 4},
                       budget{.steps = 1'000'000, .batch = 16}};

static void epoch(benchmark::State& state) {
    const made_store made{static_cast<std::size_t>(state.range(0)), 64};
    training_pipeline pipeline{plan_of<e>, made.data(), at::kCPU};
    pipeline.steps(3);
    for (auto _ : state) pipeline.steps(static_cast<int>(pipeline.steps_per_pass()));
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

int main(int argc, char** argv) {
    benchmark::RegisterBenchmark("epoch", epoch)->RangeMultiplier(2)->Range(256, 2048)->ArgName("slices")->Complexity(benchmark::oN)->UseRealTime()->Unit(benchmark::kSecond);
    return run_sweeps(argc, argv);
}
