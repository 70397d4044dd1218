// Augmentation of batches from a store, over the side of the slices and the batch, by part: none, geometry, intensity, all.
#include "sweep.hpp"

#include <map>
#include <memory>
#include <numeric>

#include <facet/engine/batch.hpp>

#include "made_store.hpp"

using namespace facet;

constexpr experiment plain{"plain", input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}}, input::size{64}, augment::chain{},
                          model::attention_unet{.features = 8, .depth = 4}};
constexpr auto moved = with(plain, augment::chain{augment::per_vertebra{augment::rotate{}, augment::translate{}, augment::scale{}, augment::flip{}}});
constexpr auto changed = with(plain, augment::chain{augment::per_slice{augment::gaussian_noise{}, augment::gamma{}}});
constexpr auto both = with(plain, augment::chain{augment::per_vertebra{augment::rotate{}, augment::translate{}, augment::scale{}, augment::flip{}},
                                               augment::per_slice{augment::gaussian_noise{}, augment::gamma{}}});

static const store& store_of(std::int64_t size) {
    static std::map<std::int64_t, std::unique_ptr<made_store>> stores;
    auto& made = stores[size];
    if (!made) stores.clear(), stores[size] = std::make_unique<made_store>(128, static_cast<std::size_t>(size));
    return stores[size]->data();
}

static void augment_batch(benchmark::State& state, plan p) {
    const auto batch = state.range(0), size = state.range(1);
    p.size = static_cast<int>(size);
    const auto& data = store_of(size);
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const augmenter augment{p, data, resident, 1};
    const at::NoGradGuard no_grad;
    std::uint64_t epoch = 0;
    for (auto _ : state) {
        std::vector<std::uint32_t> slices(static_cast<std::size_t>(batch));
        std::iota(slices.begin(), slices.end(), 0u);
        benchmark::DoNotOptimize(augment(std::move(slices), epoch++).channels);
    }
    state.SetComplexityN(batch * size * size);
    state.SetItemsProcessed(state.iterations() * batch);
}

static void sweep(const char* name, const plan& p) {
    benchmark::RegisterBenchmark(name, augment_batch, p)->ArgsProduct({{16, 32}, {64, 128, 256}})->ArgNames({"batch", "side"})->Complexity()->UseRealTime()->Unit(benchmark::kMillisecond);
}

int main(int argc, char** argv) {
    sweep("none", plan_of<plain>);
    sweep("geometry", plan_of<moved>);
    sweep("intensity", plan_of<changed>);
    sweep("all", plan_of<both>);
    return run_sweeps(argc, argv);
}
