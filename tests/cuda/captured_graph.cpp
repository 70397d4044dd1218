#include "support/test.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

// What the CUDA option is for: calls that LibTorch offers only together with CUDA's headers. Compiled and linked everywhere, run on a GPU.
TEST_CASE("a captured graph replays with new input", "[cuda]") {
    if (c10::cuda::device_count() == 0) {
        WARN("skipped: no GPU");
        return;
    }
    auto input = torch::ones({4}, torch::kCUDA);
    const auto stream = c10::cuda::getStreamFromPool();
    at::cuda::CUDAGraph graph;
    at::Tensor output;
    {
        const c10::cuda::CUDAStreamGuard guard{stream};
        output = input * 2; // kernels are loaded before the capture
        graph.capture_begin();
        output = input * 2;
        graph.capture_end();
        input.fill_(3);
        graph.replay();
        stream.synchronize();
    }
    CHECK(output.sum().item<float>() == 24);
}
