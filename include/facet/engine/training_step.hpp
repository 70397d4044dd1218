#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>

#include <facet/core/duration.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>

namespace facet {

/// From indices into the store to new weights; the loss, a scalar on the device. A GPU makes the batch within the step, which one graph plays; the
/// CPU makes it first. `waited` grows by the seconds in which the batch kept the step waiting.
inline at::Tensor training_step(learner<>& student, const augmenter& augment, std::vector<std::uint32_t> slices, std::uint64_t epoch, double* waited = nullptr) {
    const auto begin = std::chrono::steady_clock::now();
    const auto ready = [&] {
        if (waited != nullptr) *waited += seconds_since(begin);
    };
    if (!augment.device().is_cpu()) {
        const auto order = augment.order(slices, epoch);
        ready();
        return student.step(order, [&](const std::vector<at::Tensor>& tensors) { return augment.made(tensors); });
    }
    training_batch batch;
    {
        const at::NoGradGuard no_grad;
        batch = augment(std::move(slices), epoch);
    }
    ready();
    return student.step(batch.channels, batch.masks);
}

} // namespace facet
