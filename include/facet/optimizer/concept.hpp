#pragma once

#include <concepts>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>
#include <facet/engine/network.hpp>

namespace facet::optimizer {

/// The run-time half of an optimiser. All of it stays on the device: no method may wait for it.
struct state {
    virtual ~state() = default;
    /// Updates the parameters from their gradients, which lie in memory as the parameters do and may be written to; `learning_rate` is a tensor on the device, so that a captured graph reads its new value.
    virtual void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) = 0;
    /// Moments and counters under stable names, saved with the run and restored by copying into them.
    virtual named_tensors tensors() = 0;
};

/// `start(parameters)` makes the state of one run. `learning_rate` is the peak that the schedule scales.
template <class P>
concept policy = plays<P, role::optimizer> && requires(const P& p, const std::vector<at::Tensor>& parameters) {
    { p.start(parameters) } -> std::same_as<std::unique_ptr<state>>;
    { p.learning_rate } -> std::convertible_to<double>;
};

} // namespace facet::optimizer
