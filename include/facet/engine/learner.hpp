#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/training_batch.hpp>

namespace facet {

/// A network that learns: one step is forward (bf16 where the plan says so), loss in fp32, backward, clipping, optimiser, averaging of the
/// weights. Nothing in it waits for the device.
template <class = void> struct learner {
    /// Weights are drawn from `seed`. `steps` is the length of the learning-rate schedule.
    learner(const plan& p, at::Device device, std::uint64_t seed, std::int64_t steps);

    /// One optimiser step. `channels` [N,C,S,S] float in [0,1], `masks` [N,1,S,S] uint8 with 255 = ignore. Returns the loss, a scalar on
    /// the device. A step whose loss, gradient or running statistics are not finite leaves the weights and statistics alone and is counted.
    at::Tensor step(const at::Tensor& channels, const at::Tensor& masks);
    /// The same for a batch that is still to be made: `make(order)` gives its channels and masks, and is recorded as part of the step. `order` is on
    /// the learner's device, of the same shapes every time.
    using batch_maker = std::function<training_batch(const std::vector<at::Tensor>& order)>;
    at::Tensor step(const std::vector<at::Tensor>& order, const batch_maker& make);
    /// fp32 logits [N,1,S,S] of channels [N,C,S,S].
    using forward = std::function<at::Tensor(const at::Tensor& channels)>;
    /// Calls `work(forward)` in evaluation mode, without gradient: of the averaged weights, or of those being trained. A graph can record what `forward` does: the
    /// weights lie in the same place every time.
    void evaluate(const std::function<void(const forward&)>& work, bool averaged = true);
    /// `forward` alone.
    at::Tensor logits(const at::Tensor& channels, bool averaged = true);

    /// On a GPU, whether a step is recorded at its first call as a graph and played afterwards, or its kernels issued one by one each time. On, where
    /// compiled with FACET_CUDA; the values are the same.
    void record(bool on);
    [[nodiscard]] bool recorded() const; ///< whether the step plays a recording
    /// Of the last step's slices [N], on the device: the mean probability of the pixels that score highest. Only where the plan watches slices.
    [[nodiscard]] at::Tensor slice_scores() const;

    [[nodiscard]] std::int64_t steps_done() const;
    [[nodiscard]] double learning_rate() const; ///< of the next step
    /// One more factor on the learning rate, 1 until it is set: what a schedule makes of the validations so far.
    void scale_learning_rate(double factor);
    /// Throws error{exit_code::diverged} naming the step where `limit` steps in a row were not finite. Waits for the device.
    void check_finite(std::int64_t limit) const;

    /// What a weights file holds: parameters and running statistics, averaged where the plan averages.
    [[nodiscard]] named_tensors weights() const;
    /// Everything a continued run needs; restored by copying into it, followed by `resume_at`.
    [[nodiscard]] named_tensors state() const;
    void resume_at(std::int64_t steps_done);

private:
    struct body;
    std::shared_ptr<body> body_;
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/learner-inl.hpp>
#endif
