#pragma once

#include <facet/facet.hpp>

#include <cstdint>
#include <vector>

#include <facet/engine/batch.hpp>
#include <facet/engine/training_step.hpp>

#include "made_store.hpp"

/// The training loop without its reports: indices, batch, augmentation, step.
class training_pipeline {
public:
    training_pipeline(const facet::plan& p, const facet::store& data, at::Device device)
        : all_{all_slices(data)}, resident_{data, device, p.residency}, order_{p, data, all_, p.batch, 1}, augment_{p, data, resident_, 1},
          student_{p, device, 1, p.steps} {}

    void step() {
        (void)facet::training_step(student_, augment_, order_.slices(done_), order_.augmentation_epoch(done_));
        ++done_;
    }
    void steps(int n) {
        for (int i = 0; i < n; ++i) step();
    }
    [[nodiscard]] std::int64_t steps_per_pass() const { return order_.steps_per_pass(); }

private:
    std::vector<std::uint32_t> all_;
    facet::resident_store resident_;
    facet::batch_plan order_;
    facet::augmenter augment_;
    facet::learner<> student_;
    std::int64_t done_ = 0;
};
