// Seconds of a loss, forward and backward. Usage: loss NAME SIZE BATCH, NAME: dice_bce, tversky or focal
#include <facet/facet.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include "serve.hpp"

using namespace facet;

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 3, "loss NAME SIZE BATCH");
    const auto size = std::stol(a[1]), batch = std::stol(a[2]);
    at::set_num_threads(threads());
    const auto logits = at::randn({batch, 1, size, size}).set_requires_grad(true);
    const auto target = at::rand({batch, 1, size, size}).gt(0.99).to(at::kFloat);
    const auto value = [&] {
        if (a[0] == "tversky") return loss::tversky{.fp_weight = 0.3, .fn_weight = 0.7}(logits, target);
        if (a[0] == "focal") return loss::focal{.exponent = 2}(logits, target);
        return loss::dice_bce{}(logits, target);
    };
    serve([&] { return median_seconds(20, [&] { (void)torch::autograd::grad({value()}, {logits}); }); });
}
