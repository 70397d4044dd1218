#pragma once

#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

namespace facet {

/// Where networks run.
struct device_options {
    std::string device = "auto"; ///< auto (a GPU where there is one), cpu or cuda
    int threads = 0;             ///< of the CPU; 0: as many as the machine has
    bool eager = false;          ///< on a GPU: no recorded graphs (engine/recording.hpp)
};

template <class = void> struct devices {
    /// The device meant by the options, ready for use and set to deterministic kernels. Throws bad_input for an unknown name, or for `cuda`
    /// where no usable GPU is found.
    static at::Device open(const device_options& options);
    /// Whether bfloat16 is faster than fp32 there: on every GPU, and on x86 CPUs with AVX512-BF16.
    static bool computes_bf16(at::Device device);
    /// The most memory that LibTorch has held on the GPU so far, in MiB; nothing for a CPU.
    static std::optional<double> peak_memory_mib(at::Device device);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/device-inl.hpp>
#endif
