// Losses, forward and backward, over the side of the slices and the batch.
#include "sweep.hpp"

#include <torch/csrc/autograd/autograd.h>

using namespace facet;

template <class Loss> static void loss_forward_backward(benchmark::State& state, Loss loss) {
    const auto batch = state.range(0), size = state.range(1);
    const auto logits = at::randn({batch, 1, size, size}).set_requires_grad(true);
    const auto target = at::rand({batch, 1, size, size}).gt(0.99).to(at::kFloat);
    for (auto _ : state) benchmark::DoNotOptimize(torch::autograd::grad({loss(logits, target)}, {logits}));
    state.SetComplexityN(batch * size * size);
    state.SetItemsProcessed(state.iterations() * batch * size * size);
}

template <class Loss> static void sweep(const char* name, Loss loss) {
    benchmark::RegisterBenchmark(name, loss_forward_backward<Loss>, loss)->ArgsProduct({{1, 16}, {64, 128, 256}})->ArgNames({"batch", "side"})->Complexity()->UseRealTime()->Unit(benchmark::kMicrosecond);
}

int main(int argc, char** argv) {
    sweep("bce", loss::bce{});
    sweep("dice", loss::dice{});
    sweep("dice_bce", loss::dice_bce{});
    sweep("jaccard", loss::jaccard{});
    sweep("generalised_dice", loss::generalised_dice{});
    sweep("focal", loss::focal{});
    sweep("tversky", loss::tversky{});
    sweep("focal_tversky", loss::focal_tversky{});
    sweep("unified_focal", loss::unified_focal{});
    sweep("top_k_bce", loss::top_k_bce{});
    sweep("lovasz_hinge", loss::lovasz_hinge{});
    sweep("mcc", loss::mcc{});
    return run_sweeps(argc, argv);
}
