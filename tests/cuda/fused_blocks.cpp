#include <facet/engine/fused.hpp>

#include "support/test.hpp"

#include <vector>

#include "cuda/gpu.hpp"
#include "engine/blocks_in_double.hpp"

using namespace facet;
using namespace blocks;

TEST_CASE("on a GPU the blocks by our kernels are those of plain operations in double", "[cuda]") {
    const auto found = gpu_or_skip();
    if (!found) return;
    const auto gpu = *found;
    where = gpu;
    fused::enabled_on_gpu = true;
    at::manual_seed(1);
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const auto& s : {shape{1, 16, 3, 5}, shape{2, 48, 9, 11}, shape{1, 1024, 2, 3}, shape{4, 64, 64, 64}, shape{8, 128, 128, 128}}) {
            if (type == at::kFloat && s.images == 8) continue; // one ReLU of many millions that rounds to the other side is more than fp32's limit
            check_norm(s, type);
            for (const bool before : {false, true}) check_gate(s, type, before);
        }
    check_extremes();
    const auto x = image({8, 64, 64, 64}, at::kBFloat16);
    const auto n = made_norm(64);
    const auto dy = at::randn(x.sizes());
    const auto first = gradients(fused::norm_relu(x, n), {x, n.weight, n.bias}, dy), again = gradients(fused::norm_relu(x, n), {x, n.weight, n.bias}, dy);
    for (std::size_t i = 0; i < 3; ++i) CHECK(first[i].equal(again[i]));
    fused::enabled_on_gpu = false;
    where = at::kCPU;
}
