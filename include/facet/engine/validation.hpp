#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <ATen/Functions.h>

#include <facet/data/store.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/recorded_function.hpp>
#include <facet/engine/score_counter.hpp>

namespace facet {

/// Scores the validation slices with the weights of now, and counts. On a GPU one graph takes a batch from the indices of its slices to loss and counts; it is
/// recorded at the first batch and waits for nothing.
class validation_pass {
public:
    struct result {
        double loss = 0; ///< mean over batches, by their number of slices
        std::map<int, score_histogram> by_level;
    };

    /// `by_tensors`: as on a GPU, on a CPU too.
    validation_pass(const plan& p, const store& data, learner<>& student, const augmenter& source, std::span<const std::uint32_t> slices, bool by_tensors = false)
        : plan_{p}, student_{student}, source_{source}, slices_{slices}, by_tensors_{by_tensors || !source.device().is_cpu()}, counter_{data, source.device()},
          loss_{at::zeros({}, at::TensorOptions{source.device()}.dtype(at::kDouble))}, shift_{at::zeros({}, at::TensorOptions{source.device()}.dtype(at::kFloat))} {}

    void record(bool on) { batch_.turn(on); }
    [[nodiscard]] bool recorded() const { return batch_.recorded(); }

    /// `logit_shift` is added to what is counted, not to what the loss sees.
    result operator()(double logit_shift) {
        counter_.reset();
        loss_.zero_();
        shift_.fill_(logit_shift);
        const auto most = static_cast<std::size_t>(std::max<std::int64_t>(plan_.batch, (source_.device().is_cpu() ? 4 : 64) * 65'536 / (plan_.size * plan_.size)));
        student_.evaluate([&](const learner<>::forward& forward) {
            for (std::size_t first = 0; first < slices_.size(); first += most) add(slices_.subspan(first, std::min(most, slices_.size() - first)), forward);
        });
        return {loss_.item<double>(), counter_.by_level()};
    }

private:
    void add(std::span<const std::uint32_t> slices, const learner<>::forward& forward) {
        const double share = static_cast<double>(slices.size()) / static_cast<double>(slices_.size());
        if (by_tensors_) return add_by_tensors(slices, at::full({}, share, at::kDouble), forward);
        const auto batch = source_.plain({slices.begin(), slices.end()});
        const auto logits = forward(batch.channels);
        add_loss(logits, batch.masks, at::full({}, share, at::kDouble));
        counter_.add(slices, logits.add(shift_), batch.masks);
    }

    void add_by_tensors(std::span<const std::uint32_t> slices, const at::Tensor& share, const learner<>::forward& forward) {
        auto order = source_.plain_order(slices);
        order.push_back(source_.sent(counter_.places(slices)));
        order.push_back(source_.sent(share));
        (void)batch_(order, [&](const std::vector<at::Tensor>& inputs) {
            auto next = inputs.begin();
            const auto batch = source_.plain(next);
            const auto logits = forward(batch.channels);
            add_loss(logits, batch.masks, next[1]);
            counter_.add(next[0], logits.add(shift_), batch.masks);
            return loss_;
        }, [&] { return std::vector<at::Tensor>{loss_, counter_.counts()}; });
    }

    void add_loss(const at::Tensor& logits, const at::Tensor& masks, const at::Tensor& share) {
        const auto seen = supervise(logits, masks);
        loss_.add_(plan_.loss(seen.logits, seen.target).to(at::kDouble).mul(share));
    }

    const plan& plan_;
    learner<>& student_;
    const augmenter& source_;
    std::span<const std::uint32_t> slices_;
    bool by_tensors_;
    score_counter counter_;
    at::Tensor loss_;  ///< double, a scalar on the device
    at::Tensor shift_; ///< fp32, the same
    recorded_function batch_;
};

} // namespace facet
