#pragma once

#include <cstddef>
#include <string>

namespace facet::cuda {

struct launch_shape {
    unsigned grid_x = 1, grid_y = 1, block_x = 1, block_y = 1;
    std::size_t shared = 0; ///< bytes
};

/// Runs our kernels by name, on the current stream.
struct launcher {
    virtual ~launcher() = default;
    /// Multiprocessors of the GPU.
    [[nodiscard]] virtual unsigned processors() const = 0;
    /// `arguments` point to values of exactly the kernel's types.
    virtual void run(bool bf16, const std::string& kernel, const launch_shape& shape, void** arguments) = 0;
};

/// The launcher of the GPU: nothing where there is no GPU, no FACET_CUDA or no NVRTC.
template <class = void> struct launchers {
    static launcher* of_gpu();
};

/// Runs the kernels instead of a GPU, on tensors of the CPU: how they are tested where there is none.
inline launcher* stand_in = nullptr;

} // namespace facet::cuda

#if !defined(FACET_COMPILED)
#include <facet/engine/cuda/launcher-inl.hpp>
#endif
