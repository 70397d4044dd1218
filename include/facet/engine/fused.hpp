#pragma once

#include <facet/engine/block_tensors.hpp>
#include <facet/engine/cpu/fused.hpp>
#include <facet/engine/cuda/fused.hpp>

/// Blocks of a network as one function each: fewer passes over memory than a chain of operations, and less kept for the way back. The chain of plain
/// operations is their oracle (tests/engine/fused.cpp, tests/engine/cuda_kernels.cpp) and what runs everywhere else.
namespace facet::fused {

/// Turned off only to compare with the plain operations.
inline bool enabled = true;
/// The kernels of a GPU are proved right on the CPU but were never timed on a GPU: off until they were faster there (bench/gpu).
inline bool enabled_on_gpu = false;

namespace detail {

inline bool for_gpu(const at::Tensor& x) { return enabled_on_gpu && cuda::takes(x); }

} // namespace detail

/// Whether there is a function for all of these images [N,C,H,W].
template <class... X> bool takes(const at::Tensor& first, const X&... others) {
    if (!enabled || !((others.scalar_type() == first.scalar_type()) && ...)) return false;
    if (detail::for_gpu(first)) return (cuda::takes(others) && ...);
    return cpu::takes(first) && (cpu::takes(others) && ...);
}

/// max(norm(x), 0) of a batch [N,C,H,W], moving the running statistics.
inline at::Tensor norm_relu(const at::Tensor& x, const norm_tensors& n) { return detail::for_gpu(x) ? cuda::norm_relu(x, n) : cpu::norm_relu(x, n); }

/// The same with the running statistics; carries no gradient.
inline at::Tensor norm_relu_frozen(const at::Tensor& x, const norm_tensors& n) { return detail::for_gpu(x) ? cuda::norm_relu_frozen(x, n) : cpu::norm_relu_frozen(x, n); }

/// [skip sigmoid(norm_p(w . max(norm_g(fg) + norm_x(fx), 0))), up]: fg and fx are [N,G,H,W], skip and up [N,C,H,W], w is [1,G,1,1]; the result is
/// [N,2C,H,W]. Moves the running statistics.
inline at::Tensor gate(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x, const norm_tensors& p) {
    const auto function = detail::for_gpu(fg) ? &cuda::gate : &cpu::gate;
    return function(fg, fx, skip, up, w, g, x, p);
}

/// The same with the running statistics; carries no gradient.
inline at::Tensor gate_frozen(const at::Tensor& fg, const at::Tensor& fx, const at::Tensor& skip, const at::Tensor& up, const at::Tensor& w, const norm_tensors& g, const norm_tensors& x,
                              const norm_tensors& p) {
    const auto function = detail::for_gpu(fg) ? &cuda::gate_frozen : &cpu::gate_frozen;
    return function(fg, fx, skip, up, w, g, x, p);
}

} // namespace facet::fused
