#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ThreadLocalState.h>

#include <facet/engine/memory.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/random_draws.hpp>
#include <facet/engine/resident_store.hpp>
#include <facet/engine/training_batch.hpp>
#include <facet/engine/warp.hpp>

namespace facet {

/// Which training slices belong to a step: a pure function of (plan, training slices, batch size, seed, steps of the run, step) and of what
/// was observed last.
class batch_plan {
public:
    batch_plan(const plan& p, const store& data, std::span<const std::uint32_t> training, std::int64_t batch, std::uint64_t seed, std::int64_t steps = 0)
        : plan_{p}, batch_{batch} {
        for (const auto index : training) {
            slices_.push_back(data.slices()[index]);
            indices_.push_back(index);
        }
        context_ = {.slices = slices_, .batch = batch, .seed = rng::key(seed, std::uint64_t{'s'}), .steps = steps > 0 ? steps : p.steps};
        sample_ = p.start_sampler(context_);
        positive_rate_ = p.positive_rate(context_);
        positives_ = std::ranges::count_if(slices_, [](const slice_info& s) { return s.fracture_pixels > 0; });
    }
    batch_plan(const batch_plan&) = delete; // the sampler may refer to our slices
    batch_plan& operator=(const batch_plan&) = delete;

    /// Indices into the training slices.
    [[nodiscard]] std::vector<std::int64_t> positions(std::int64_t step) const {
        std::vector<std::int64_t> out(static_cast<std::size_t>(batch_));
        sample_(step, out);
        return out;
    }
    /// Indices into the store.
    [[nodiscard]] std::vector<std::uint32_t> slices(std::int64_t step) const {
        std::vector<std::uint32_t> out;
        for (const auto p : positions(step)) out.push_back(indices_[static_cast<std::size_t>(p)]);
        return out;
    }
    /// How each training slice was scored when it was last trained on, NaN where it was not: for samplers that learn from the run.
    void observe(std::span<const float> slice_scores) const { sample_.observe(slice_scores); }
    /// What prior correction adds to the logits of a network trained up to this step: whole bins of the score histograms, so that scores are
    /// counted as they would be without it.
    [[nodiscard]] double logit_shift(std::int64_t step) const { return std::round(plan_.logit_shift(context_, step) / score_histogram::width) * score_histogram::width; }
    /// Steps of one pass over the training slices at the natural rate.
    [[nodiscard]] std::int64_t steps_per_pass() const { return (static_cast<std::int64_t>(slices_.size()) + batch_ - 1) / batch_; }
    /// How often the class of slices that returns soonest has been seen. Geometry and noise are drawn anew each time: a balanced sampler
    /// shows a fracture several times in a pass over all slices, and should not show it moved the same way each time.
    [[nodiscard]] std::uint64_t augmentation_epoch(std::int64_t step) const {
        const auto visits = [&](double rate, std::int64_t n) { return n > 0 ? static_cast<double>(step * batch_) * rate / static_cast<double>(n) : 0; };
        return static_cast<std::uint64_t>(std::max(visits(positive_rate_, positives_), visits(1 - positive_rate_, static_cast<std::int64_t>(slices_.size()) - positives_)));
    }
    [[nodiscard]] std::int64_t positives() const { return positives_; }

private:
    const plan& plan_;
    std::int64_t batch_;
    sampler::context context_;
    std::vector<slice_info> slices_;
    std::vector<std::uint32_t> indices_;
    sampler::started sample_;
    double positive_rate_ = 0;
    std::int64_t positives_ = 0;
};

/// Turns slices of a store into batches: one affine and one displacement per vertebra and augmentation epoch, one interpolation, operations on
/// HU, windows, operations on windows, mixing. A pure function of (seed, epoch, slice), whatever the batch, order, thread count or device; where
/// slices are mixed, of (seed, epoch, slices of the batch).
class augmenter {
public:
    augmenter(const plan& p, const store& data, const resident_store& resident, std::uint64_t seed)
        : plan_{p}, data_{data}, resident_{resident}, seed_{rng::key(seed, std::uint64_t{'a'})} {
        keep_freed_memory();
    }

    /// Augmented, for training. On the CPU a few slices at a time go through all operations, so that they stay in a core's cache.
    [[nodiscard]] training_batch operator()(std::vector<std::uint32_t> slices, std::uint64_t epoch) const {
        const auto n = static_cast<std::int64_t>(slices.size()), side = resident_.size(), threads = std::int64_t{at::get_num_threads()};
        const auto length = std::min(std::max<std::int64_t>(1, 65'536 / (side * side)), (n + threads - 1) / threads);
        if (!resident_.device().is_cpu() || length >= n) return mixed(augmented(std::move(slices), epoch), epoch);
        resident_.verify(slices);
        std::vector<training_batch> parts(static_cast<std::size_t>((n + length - 1) / length));
        const at::ThreadLocalState modes; // gradient and inference mode
        parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            const at::ThreadLocalStateGuard same{modes};
            for (auto part = begin; part < end; ++part) parts[static_cast<std::size_t>(part)] = augmented({slices.begin() + part * length, slices.begin() + std::min(n, (part + 1) * length)}, epoch);
        });
        return mixed({std::move(slices), joined(parts, &training_batch::images), joined(parts, &training_batch::channels), joined(parts, &training_batch::masks)}, epoch);
    }
    /// As stored: for validation and test.
    [[nodiscard]] training_batch plain(std::vector<std::uint32_t> slices) const {
        auto stored = warp(resident_, slices, {});
        return {std::move(slices), stored.images, plan_.to_channels(stored.images), stored.masks};
    }

private:
    [[nodiscard]] std::uint64_t slice_key(std::uint32_t index, std::uint64_t epoch) const { return rng::key(seed_, epoch, index, std::uint64_t{2}); }

    /// All but the mixing.
    [[nodiscard]] training_batch augmented(std::vector<std::uint32_t> slices, std::uint64_t epoch) const {
        std::vector<augment::affine> maps;
        std::vector<std::uint64_t> by_vertebra, by_slice;
        const auto displacements = plan_.control_points > 0 ? at::zeros({static_cast<std::int64_t>(slices.size()), 2, plan_.control_points, plan_.control_points}, at::kFloat) : at::Tensor{};
        for (const auto index : slices) {
            const auto vertebra = vertebra_key(data_.slices()[index], epoch);
            by_vertebra.push_back(rng::key(vertebra, std::uint64_t{1}));
            by_slice.push_back(slice_key(index, epoch));
            if (displacements.defined()) {
                const auto count = displacements.numel() / displacements.size(0);
                plan_.draw_displacement(vertebra, static_cast<double>(plan_.size),
                                        {plan_.control_points, {displacements.data_ptr<float>() + static_cast<std::int64_t>(maps.size()) * count, static_cast<std::size_t>(count)}});
            }
            if (plan_.augments_geometry) maps.push_back(plan_.draw_affine(vertebra, static_cast<double>(plan_.size)));
        }
        auto moved = warp(resident_, slices, maps, displacements);
        random_draws per_vertebra{by_vertebra, by_slice, resident_.device()}, per_slice{by_slice, by_slice, resident_.device()};
        training_batch b;
        b.images = plan_.augment_hu(moved.images, per_vertebra, per_slice);
        b.channels = plan_.augment_window(plan_.augmented_channels(b.images, per_vertebra, per_slice), per_vertebra, per_slice);
        b.masks = std::move(moved.masks);
        b.slices = std::move(slices);
        return b;
    }
    [[nodiscard]] training_batch mixed(training_batch b, std::uint64_t epoch) const {
        if (!plan_.mixes_batch) return b;
        std::vector<std::uint64_t> by_slice;
        std::vector<bool> fractured;
        for (const auto index : b.slices) {
            by_slice.push_back(slice_key(index, epoch));
            fractured.push_back(data_.slices()[index].fracture_pixels > 0);
        }
        random_draws per_slice{by_slice, by_slice, resident_.device(), std::move(fractured)};
        auto mix = plan_.mix_batch({b.channels, b.masks}, per_slice);
        b.channels = std::move(mix.channels);
        b.masks = std::move(mix.masks);
        return b;
    }
    [[nodiscard]] static at::Tensor joined(const std::vector<training_batch>& parts, at::Tensor training_batch::*member) {
        std::vector<at::Tensor> all;
        for (const auto& part : parts) all.push_back(part.*member);
        return at::cat(all);
    }
    /// Named, not numbered: a vertebra keeps its draws when other patients join the training set.
    [[nodiscard]] std::uint64_t vertebra_key(const slice_info& slice, std::uint64_t epoch) const {
        std::uint64_t patient = 0;
        for (const char c : slice.patient) patient = rng::mix(patient ^ static_cast<unsigned char>(c));
        return rng::key(seed_, epoch, patient, slice.vertebra);
    }

    const plan& plan_;
    const store& data_;
    const resident_store& resident_;
    std::uint64_t seed_;
};

/// What the loss sees of masks and logits: ignored pixels are constants without gradient (docs/decisions/0003-ignored-pixels.md).
struct supervision {
    at::Tensor logits; ///< fp32 [B,1,S,S]
    at::Tensor target; ///< fp32 [B,1,S,S] in {0, 1}; in [0, 1] where the masks hold shares (augment::mixup)
};
inline supervision supervise(const at::Tensor& logits, const at::Tensor& masks) {
    constexpr double certainly_healthy = -20;
    const auto ignored = masks.eq(ignore_label);
    return {logits.to(at::kFloat).masked_fill(ignored, certainly_healthy), masks.is_floating_point() ? masks.masked_fill(ignored, 0) : masks.eq(1).to(at::kFloat)};
}

} // namespace facet
