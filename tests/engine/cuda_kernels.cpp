// The kernels of a GPU, compiled as C++ and run on the CPU (support/cuda_on_host.hpp), against plain operations in double: their arithmetic, their order
// and the code that launches them are those of the GPU. Only the GPU itself is missing.
#include <facet/engine/fused.hpp>

#include "support/test.hpp"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/cuda/nvrtc.hpp>
#include <facet/engine/cuda/source.hpp>

#include "engine/blocks_in_double.hpp"
#include "support/cuda_on_host.hpp"

#define __device__
#undef KERNEL
#define KERNEL(threads, blocks) static void
#define SHARED(type, name) type* name = reinterpret_cast<type*>(::cuda_on_host::block::running().shared())
#define __syncthreads ::cuda_on_host::syncthreads
#define __shfl_xor_sync ::cuda_on_host::shfl_xor
#define __uint_as_float ::cuda_on_host::as_float
#define __float_as_uint ::cuda_on_host::as_bits
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
namespace on_host {
using cuda_on_host::blockDim, cuda_on_host::blockIdx, cuda_on_host::gridDim, cuda_on_host::threadIdx;
namespace fp32 {
#define BF16 0
#include "cuda_kernels.inc"
#undef BF16
} // namespace fp32
namespace bf16 {
#define BF16 1
#include "cuda_kernels.inc"
#undef BF16
} // namespace bf16
} // namespace on_host
#pragma GCC diagnostic pop

using namespace facet;
using namespace blocks;

namespace {

#define ALL_KERNELS(type)                                                                                                                                                    \
    {{"norm_sums", cuda_on_host::kernel(&on_host::type::norm_sums)}, {"norm_finish", cuda_on_host::kernel(&on_host::type::norm_finish)},                                      \
     {"norm_recall", cuda_on_host::kernel(&on_host::type::norm_recall)}, {"norm_relu", cuda_on_host::kernel(&on_host::type::norm_relu)},                                      \
     {"norm_relu_sums", cuda_on_host::kernel(&on_host::type::norm_relu_sums)}, {"norm_finish_backward", cuda_on_host::kernel(&on_host::type::norm_finish_backward)},          \
     {"norm_relu_backward", cuda_on_host::kernel(&on_host::type::norm_relu_backward)}, {"gate_logits", cuda_on_host::kernel(&on_host::type::gate_logits)},                    \
     {"gate_skip", cuda_on_host::kernel(&on_host::type::gate_skip)}, {"gate_skip_backward", cuda_on_host::kernel(&on_host::type::gate_skip_backward)},                      \
     {"gate_sums", cuda_on_host::kernel(&on_host::type::gate_sums)}, {"gate_backward", cuda_on_host::kernel(&on_host::type::gate_backward)}}

/// While it lives, the kernels run instead of the CPU's functions.
struct on_the_gpu {
    cuda_on_host::launcher launcher{ALL_KERNELS(fp32), ALL_KERNELS(bf16)};
    on_the_gpu() { cuda::stand_in = &launcher, fused::enabled_on_gpu = true; }
    ~on_the_gpu() { cuda::stand_in = nullptr, fused::enabled_on_gpu = false; }
    on_the_gpu(const on_the_gpu&) = delete;
    on_the_gpu& operator=(const on_the_gpu&) = delete;
};

const shape shapes[]{{1, 8, 3, 5}, {2, 24, 9, 11}, {1, 64, 5, 4}, {3, 16, 33, 31}, {1, 1024, 2, 3}, {1, 272, 1, 2}};

} // namespace

TEST_CASE("the GPU's normalisation with ReLU is that of plain operations in double", "[engine][cuda_kernels]") {
    at::manual_seed(1);
    const on_the_gpu gpu;
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const auto& s : shapes) check_norm(s, type);
    CHECK(gpu.launcher.launches.at("norm_relu_backward") == 12); // it was they that ran
}

TEST_CASE("the GPU's attention gate is that of plain operations in double", "[engine][cuda_kernels]") {
    at::manual_seed(3);
    const on_the_gpu gpu;
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const auto& s : {shape{1, 16, 3, 5}, shape{2, 48, 9, 11}, shape{1, 128, 5, 4}, shape{1, 1024, 2, 3}, shape{2, 16, 31, 17}})
            for (const bool before : {false, true}) check_gate(s, type, before);
    CHECK(gpu.launcher.launches.at("gate_backward") == 40);
}

TEST_CASE("on the GPU a large mean costs no digits, a constant channel becomes its bias, and what is not a number stays so", "[engine][cuda_kernels]") {
    at::manual_seed(2);
    const on_the_gpu gpu;
    check_extremes();
}

TEST_CASE("the GPU's kernels read a gradient that is half of an image", "[engine][cuda_kernels]") {
    at::manual_seed(5);
    const on_the_gpu gpu;
    const auto x = image({2, 16, 7, 5}, at::kFloat), xd = in_double(x);
    const auto n = made_norm(16), nd = in_double(n);
    const auto both = at::randn({2, 32, 7, 5}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto half = both.narrow(1, 16, 16);
    REQUIRE_FALSE(half.is_contiguous(at::MemoryFormat::ChannelsLast));
    CHECK(fused::detail::readable<cuda::kernels>(half).is_same(half));
    CHECK(error(gradients(fused::norm_relu(x, n), {x}, half)[0], gradients(plain_norm(xd, nd).relu(), {xd}, half)[0]) < 1e-5);
    const auto one = at::randn({3, 16, 1, 1}); // is as good as channels_last by LibTorch's rules, but its pixels do not begin at 16 bytes
    CHECK(cuda::kernels::reads(fused::detail::readable<cuda::kernels>(one.as_strided({3, 16, 1, 1}, {16, 1, 1, 1}))));
    const auto rows = at::randn({2, 16, 7, 5}); // NCHW: copied first
    CHECK(error(gradients(fused::norm_relu(x, n), {x}, rows)[0], gradients(plain_norm(xd, nd).relu(), {xd}, rows)[0]) < 1e-5);
}

TEST_CASE("the order of a GPU's threads changes no bit", "[engine][cuda_kernels]") {
    on_the_gpu gpu;
    const auto all = [&](bool backwards) {
        gpu.launcher.backwards = backwards;
        at::manual_seed(4);
        const shape s{2, 128, 29, 23}; // sums of several blocks
        const auto skip = image(s, at::kBFloat16), up = image(s, at::kBFloat16);
        const auto k = made_gate(128, at::kBFloat16, true);
        const auto n = made_norm(256);
        const auto y = fused::norm_relu(fused::gate(up, skip, k), n);
        auto inputs = weights_of(k);
        inputs.insert(inputs.end(), {up, skip, n.weight});
        auto out = gradients(y, inputs, at::randn(y.sizes()));
        out.push_back(y);
        return out;
    };
    const auto a = all(false), b = all(true);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].equal(b[i]));
}

TEST_CASE("images the GPU's kernels do not take go the plain way", "[engine][cuda_kernels]") {
    const on_the_gpu gpu;
    CHECK(cuda::kernels::takes(image({1, 8, 4, 4}, at::kFloat)));
    CHECK_FALSE(cuda::kernels::takes(image({1, 12, 4, 4}, at::kFloat)));
    CHECK_FALSE(cuda::kernels::takes(at::randn({1, 8, 4, 4})));
    CHECK_FALSE(cuda::kernels::takes(image({1, 8, 4, 4}, at::kDouble)));
    CHECK_FALSE(fused::takes(image({1, 8, 4, 4}, at::kFloat), image({1, 12, 4, 4}, at::kFloat)));
    CHECK_FALSE(fused::takes_gate(image({1, 24, 4, 4}, at::kFloat), image({1, 24, 4, 4}, at::kFloat), 12)); // features
}

TEST_CASE("NVRTC compiles the kernels for the GPUs that are meant", "[engine][cuda_kernels]") {
    const cuda::nvrtc compiler;
    if (!compiler.found()) {
        WARN("skipped: NVRTC is not installed");
        return;
    }
    for (const int architecture : {80, 90, 100})
        for (const bool bf16 : {false, true}) {
            const auto made = compiler.compile(cuda::source(bf16), architecture);
            INFO("sm_" << architecture << ": " << made.log);
            CHECK(made.code.has_value());
        }
    const auto refused = compiler.compile("this is not a program", 90);
    CHECK_FALSE(refused.code);
    CHECK_THAT(refused.log, Catch::Matchers::Contains("error"));
}
