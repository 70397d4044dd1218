// Judging slices as the validation does: counting per level, over the number of slices, and every metric of a histogram.
#include "sweep.hpp"

#include <numeric>

#include <facet/engine/score_counter.hpp>

#include "made_store.hpp"

using namespace facet;

static void count_slices(benchmark::State& state) {
    constexpr std::int64_t side = 64;
    const auto n = state.range(0);
    const made_store made{static_cast<std::size_t>(n), side};
    const auto logits = at::randn({n, 1, side, side}).sub(4);
    const auto masks = at::rand({n, 1, side, side}).gt(0.99).to(at::kByte);
    const auto slices = all_slices(made.data());
    for (auto _ : state) {
        score_counter counter{made.data()};
        counter.add(slices, logits, masks);
        benchmark::DoNotOptimize(total_of(counter.by_level()));
    }
    state.SetComplexityN(n);
    state.SetItemsProcessed(state.iterations() * n * side * side);
}

static score_histogram some_scores() {
    score_histogram h;
    rng::stream draw{1};
    for (int i = 0; i < 1 << 20; ++i) h.add(static_cast<float>(draw.normal(-4, 2)), draw.happens(0.01));
    return h;
}
template <class Metric> static void of_counts(benchmark::State& state) {
    const auto c = confusion_at(some_scores(), score_histogram::bin_of_probability(0.5));
    for (auto _ : state) benchmark::DoNotOptimize(Metric{}(c));
}
template <class Metric> static void of_ranking(benchmark::State& state) {
    const auto h = some_scores();
    for (auto _ : state) benchmark::DoNotOptimize(Metric{}(h));
}

int main(int argc, char** argv) {
    benchmark::RegisterBenchmark("score_counter", count_slices)->RangeMultiplier(4)->Range(64, 4096)->ArgName("slices")->Complexity()->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("dice", of_counts<metric::dice>);
    benchmark::RegisterBenchmark("mcc", of_counts<metric::mcc>);
    benchmark::RegisterBenchmark("pr_auc", of_ranking<metric::pr_auc>)->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("roc_auc", of_ranking<metric::roc_auc>)->Unit(benchmark::kMicrosecond);
    return run_sweeps(argc, argv);
}
