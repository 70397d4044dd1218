#pragma once
// unit: facet::recordings<>
// library: engine
// needs: cuda

#include <facet/engine/recording.hpp>

#include <c10/util/Exception.h>

#if defined(FACET_CUDA)
#include <ATen/autocast_mode.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace facet {

#if defined(FACET_CUDA)

namespace detail {

class cuda_recording final : public recording {
public:
    cuda_recording(const std::function<void()>& work, const std::function<void()>& undo) : stream_{c10::cuda::getStreamFromPool()} {
        constexpr int warm_up = 3; // cuBLAS, cuDNN and the allocator are settled after that (CUDA graphs notes of PyTorch 2.11)
        const auto outside = c10::cuda::getCurrentCUDAStream();
        outside.synchronize();
        {
            const c10::cuda::CUDAStreamGuard guard{stream_};
            for (int i = 0; i < warm_up; ++i) work();
            undo();
            stream_.synchronize();
            record(work);
        }
    }
    void play() override { graph_.replay(); }

private:
    void record(const std::function<void()>& work) {
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            try {
                graph_.capture_end(); // takes the stream out of a recording that has failed
            } catch (const c10::Error&) {
            }
            throw;
        }
        graph_.capture_end();
    }

    c10::cuda::CUDAStream stream_;
    at::cuda::CUDAGraph graph_;
};

} // namespace detail

template <class T> bool recordings<T>::possible() { return c10::cuda::device_count() > 0; }
template <class T> std::unique_ptr<recording> recordings<T>::of(const std::function<void()>& work, const std::function<void()>& undo) {
    return std::make_unique<detail::cuda_recording>(work, undo);
}

#else

template <class T> bool recordings<T>::possible() { return false; }
template <class T> std::unique_ptr<recording> recordings<T>::of(const std::function<void()>&, const std::function<void()>&) {
    TORCH_CHECK(false, "facet was compiled without FACET_CUDA");
}

#endif

} // namespace facet
