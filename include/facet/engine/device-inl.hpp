#pragma once
// unit: facet::devices<>
// library: engine

#include <facet/engine/device.hpp>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <dlfcn.h>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <facet/core/error.hpp>

namespace facet {

namespace detail {

/// Kernels for GPUs lie in a library of their own, of over a gigabyte, which is opened only where it is wanted.
inline bool load_cuda() {
    if (!at::hasCUDA() && ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) return false;
    return at::hasCUDA() && at::detail::getCUDAHooks().getNumGPUs() > 0;
}

/// The same bits in every run: no algorithm chosen by timing, none with a random order of additions.
inline void be_deterministic() {
    auto& context = at::globalContext();
    context.setDeterministicCuDNN(true);
    context.setBenchmarkCuDNN(false);
    ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0); // cuBLAS reads it when its first handle is made
    context.setDeterministicAlgorithms(true, true);
    context.setDeterministicFillUninitializedMemory(false); // every tensor of ours is written before it is read
    // What is to be fp32 is fp32, not TF32's ten bits; the rest is bf16 anyway.
    context.setAllowTF32CuDNN(false);
    context.setAllowTF32CuBLAS(false);
}

} // namespace detail

template <class T> at::Device devices<T>::open(const device_options& options) {
    if (options.threads > 0) at::set_num_threads(options.threads);
    if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
        throw bad_input{"unknown device '" + options.device + "'; expected auto, cpu or cuda"};
    const bool wanted = options.device == "cuda" || (options.device == "auto" && std::filesystem::exists("/dev/nvidiactl"));
    if (!wanted) return at::kCPU;
    if (!detail::load_cuda()) {
        if (options.device == "auto") return at::kCPU;
        throw bad_input{"device 'cuda' cannot be used: this LibTorch has no CUDA part, or there is no GPU with a driver that it accepts"};
    }
    detail::be_deterministic();
    return {at::kCUDA, 0};
}

template <class T> std::optional<double> devices<T>::peak_memory_mib(at::Device device) {
    if (device.is_cpu()) return std::nullopt;
    auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
    if (allocator == nullptr || !allocator->initialized()) return std::nullopt;
    const auto held = allocator->getDeviceStats(device.index()).reserved_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
    return static_cast<double>(held.peak) / 1048576;
}

template <class T> bool devices<T>::computes_bf16(at::Device device) {
    if (device.is_cuda()) return true;
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

} // namespace facet
