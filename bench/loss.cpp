// Losses, forward and backward, over the side of the slices and the batch.
#include "sweep.hpp"

#include <torch/csrc/autograd/autograd.h>

using namespace facet;

template <class Loss> static void loss_forward_backward(benchmark::State& state) {
    const auto batch = state.range(0), size = state.range(1);
    const auto logits = at::randn({batch, 1, size, size}).set_requires_grad(true);
    const auto target = at::rand({batch, 1, size, size}).gt(0.99).to(at::kFloat);
    for (auto _ : state) benchmark::DoNotOptimize(torch::autograd::grad({Loss{}(logits, target)}, {logits}));
    state.SetComplexityN(batch * size * size);
    state.SetItemsProcessed(state.iterations() * batch * size * size);
}

template <class Loss> static void sweep(const char* name) {
    benchmark::RegisterBenchmark(name, loss_forward_backward<Loss>)->ArgsProduct({{1, 16}, {64, 128, 256}})->ArgNames({"batch", "side"})->Complexity()->UseRealTime()->Unit(benchmark::kMicrosecond);
}

int main(int argc, char** argv) {
    sweep<loss::bce>("bce");
    sweep<loss::dice>("dice");
    sweep<loss::dice_bce>("dice_bce");
    sweep<loss::jaccard>("jaccard");
    sweep<loss::generalised_dice>("generalised_dice");
    sweep<loss::focal>("focal");
    sweep<loss::tversky>("tversky");
    sweep<loss::focal_tversky>("focal_tversky");
    sweep<loss::unified_focal>("unified_focal");
    sweep<loss::top_k_bce>("top_k_bce");
    sweep<loss::lovasz_hinge>("lovasz_hinge");
    sweep<loss::mcc>("mcc");
    return run_sweeps(argc, argv);
}
