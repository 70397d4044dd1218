// Scores of pixels: filling the histogram, what is read from it, and the exact way by sorting, over the number of pixels.
#include "sweep.hpp"

#include <cstdint>
#include <vector>

#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>

using namespace facet;

struct pixels {
    std::vector<float> logits;
    std::vector<std::uint8_t> truth;
    explicit pixels(std::int64_t n) : logits(static_cast<std::size_t>(n)), truth(logits.size()) {
        rng::stream draw{1};
        for (std::size_t i = 0; i < logits.size(); ++i) {
            truth[i] = draw.happens(0.006);
            logits[i] = static_cast<float>(draw.normal() + 2.5 * truth[i] - 4);
        }
    }
    [[nodiscard]] score_histogram histogram() const {
        score_histogram h;
        for (std::size_t i = 0; i < logits.size(); ++i) h.add(logits[i], truth[i] != 0);
        return h;
    }
};

static void fill(benchmark::State& state) {
    const pixels p{state.range(0)};
    for (auto _ : state) benchmark::DoNotOptimize(p.histogram());
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
static void sorted_average_precision(benchmark::State& state) {
    const pixels p{state.range(0)};
    for (auto _ : state) benchmark::DoNotOptimize(exact::average_precision<float>(p.logits, p.truth));
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
template <class Read> static void read(benchmark::State& state, Read what) {
    const auto h = pixels{1 << 20}.histogram();
    for (auto _ : state) benchmark::DoNotOptimize(what(h));
}

int main(int argc, char** argv) {
    benchmark::RegisterBenchmark("histogram", fill)->RangeMultiplier(8)->Range(1 << 14, 1 << 23)->ArgName("pixels")->Complexity()->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("sorted average precision", sorted_average_precision)->RangeMultiplier(8)->Range(1 << 14, 1 << 23)->ArgName("pixels")->Complexity()->Unit(benchmark::kMillisecond);
    const auto reads = [](const char* name, auto what) { benchmark::RegisterBenchmark(name, read<decltype(what)>, what)->Unit(benchmark::kMicrosecond); };
    reads("average precision of a histogram", [](const score_histogram& h) { return average_precision(h); });
    reads("ROC-AUC of a histogram", [](const score_histogram& h) { return roc_auc(h); });
    reads("threshold::exact", [](const score_histogram& h) { return threshold::exact{metric::f1{}}(h); });
    reads("threshold::grid", [](const score_histogram& h) { return threshold::grid{metric::f1{}}(h); });
    reads("threshold::log_grid", [](const score_histogram& h) { return threshold::log_grid{metric::f1{}}(h); });
    return run_sweeps(argc, argv);
}
