#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/Tensor.h>

#include <facet/engine/network.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

/// What samplers and schedules that learn from the run may look at: saved with it, so that it resumes with the same bits. Holds only what the
/// plan looks at.
class run_feedback {
public:
    /// Of a run over so many training slices and epochs.
    run_feedback(const plan& p, std::int64_t slices, std::int64_t epochs, at::Device device) : plan_{p} {
        if (p.watches_slices) {
            observed_ = at::full({slices}, NAN, at::kFloat);
            slice_scores_ = observed_.to(device, false, true);
        }
        if (p.factor_after != nullptr) monitor_scores_ = at::full({epochs}, NAN, at::kDouble);
    }

    [[nodiscard]] bool watches_slices() const { return slice_scores_.defined(); }
    /// After a step: how the slices at these positions of the training part were scored, [N] on the device. Only where slices are watched.
    void note(const std::vector<std::int64_t>& positions, const at::Tensor& scores) {
        const auto places = at::tensor(positions, at::kLong).to(slice_scores_.device(), true);
        // A slice may stand twice in a batch: both places get the higher score, so that the order of writing does not matter.
        const auto same = places.unsqueeze(1).eq(places.unsqueeze(0));
        slice_scores_.index_copy_(0, places, scores.unsqueeze(0).expand(same.sizes()).masked_fill(same.logical_not(), -1).amax(1));
    }
    /// After the validation of an epoch, counted from 1: what the monitor said. From now on the slice scores are those noted until now.
    void close_epoch(std::int64_t epoch, std::optional<double> score) {
        if (observed_.defined()) observed_.copy_(slice_scores_);
        if (monitor_scores_.defined()) monitor_scores_[epoch - 1] = score.value_or(NAN);
    }

    /// How each training slice was scored when it was last trained on before the last validation, NaN where it was not.
    [[nodiscard]] std::span<const float> slice_scores() const { return {observed_.data_ptr<float>(), static_cast<std::size_t>(observed_.numel())}; }
    /// What a schedule that looks at the monitor makes of so many epochs; 1 for the others.
    [[nodiscard]] double learning_rate_factor(std::int64_t epochs) const {
        return monitor_scores_.defined() ? plan_.factor_after({monitor_scores_.data_ptr<double>(), static_cast<std::size_t>(epochs)}) : 1;
    }

    void add_to(named_tensors& state) const {
        if (slice_scores_.defined()) state.emplace_back("slice_scores", slice_scores_), state.emplace_back("observed_slice_scores", observed_);
        if (monitor_scores_.defined()) state.emplace_back("monitor_scores", monitor_scores_);
    }

private:
    const plan& plan_;
    at::Tensor slice_scores_;   ///< of training slices when they were last trained on, on the device; NaN: not yet
    at::Tensor observed_;       ///< the same at the last validation, on the CPU: what the sampler was told
    at::Tensor monitor_scores_; ///< one per epoch of the run, NaN where undefined or to come
};

} // namespace facet
