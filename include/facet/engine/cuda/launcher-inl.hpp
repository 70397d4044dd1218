#pragma once
// unit: facet::cuda::launchers<>
// library: engine
// needs: cuda

#include <facet/engine/cuda/launcher.hpp>

#if defined(FACET_CUDA)
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <facet/engine/cuda/nvrtc.hpp>
#include <facet/engine/cuda/source.hpp>
#endif

namespace facet::cuda {

#if defined(FACET_CUDA)

namespace detail {

/// Compiles the kernels for the GPU that is there: both programs at once, so that nothing is loaded while a graph is recorded.
class gpu_launcher final : public launcher {
public:
    static std::unique_ptr<gpu_launcher> make() {
        if (c10::cuda::device_count() == 0) return nullptr;
        const nvrtc compiler;
        if (!compiler.found()) {
            std::fprintf(stderr, "warning: the GPU's compiler (NVRTC) was not found, LibTorch's kernels are used: %s\n", compiler.missing().c_str());
            return nullptr;
        }
        auto made = std::unique_ptr<gpu_launcher>(new gpu_launcher);
        for (const bool bf16 : {false, true})
            if (!made->load(compiler, bf16)) return nullptr;
        return made;
    }
    [[nodiscard]] unsigned processors() const override { return processors_; }
    void run(bool bf16, const std::string& kernel, const launch_shape& s, void** arguments) override {
        const auto handle = kernels_[bf16].at(kernel);
        C10_CUDA_CHECK(cudaLaunchKernel(static_cast<const void*>(handle), dim3{s.grid_x, s.grid_y}, dim3{s.block_x, s.block_y}, arguments, s.shared, c10::cuda::getCurrentCUDAStream()));
    }

private:
    gpu_launcher() {
        C10_CUDA_CHECK(cudaGetDevice(&device_));
        processors_ = static_cast<unsigned>(attribute(cudaDevAttrMultiProcessorCount));
    }
    [[nodiscard]] int attribute(cudaDeviceAttr which) const {
        int value = 0;
        C10_CUDA_CHECK(cudaDeviceGetAttribute(&value, which, device_));
        return value;
    }
    bool load(const nvrtc& compiler, bool bf16) {
        const auto compiled = compiler.compile(source(bf16), 10 * attribute(cudaDevAttrComputeCapabilityMajor) + attribute(cudaDevAttrComputeCapabilityMinor));
        if (!compiled.code) {
            std::fprintf(stderr, "warning: the GPU's compiler refused facet's kernels, LibTorch's are used: %s\n", compiled.log.c_str());
            return false;
        }
        cudaLibrary_t library = nullptr;
        C10_CUDA_CHECK(cudaLibraryLoadData(&library, compiled.code->data(), nullptr, nullptr, 0, nullptr, nullptr, 0));
        for (const char* name : kernel_names) C10_CUDA_CHECK(cudaLibraryGetKernel(&kernels_[bf16][name], library, name));
        return true;
    }

    int device_ = 0;
    unsigned processors_ = 1;
    std::map<std::string, cudaKernel_t> kernels_[2]; // of fp32 and of bf16
};

} // namespace detail

template <class T> launcher* launchers<T>::of_gpu() {
    static const auto one = detail::gpu_launcher::make(); // loaded until the program ends
    return one.get();
}

#else

template <class T> launcher* launchers<T>::of_gpu() { return nullptr; }

#endif

} // namespace facet::cuda
