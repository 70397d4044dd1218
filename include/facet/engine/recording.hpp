#pragma once

#include <functional>
#include <memory>

namespace facet {

/// Work of a GPU, recorded once as a CUDA graph and played again without the host issuing its kernels one by one.
struct recording {
    virtual ~recording() = default;
    virtual void play() = 0;
};

/// Makes recordings. Compiled with FACET_CUDA; without it, and on a CPU, there are none.
template <class = void> struct recordings {
    static bool possible();
    /// Runs `work` a few times on a stream of its own, so that libraries have chosen their kernels, then calls `undo` and records it. `work` must
    /// read and write the same tensors each time and never wait for the device. Throws what `work` throws; c10::Error where it cannot be recorded.
    static std::unique_ptr<recording> of(const std::function<void()>& work, const std::function<void()>& undo);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/recording-inl.hpp>
#endif
