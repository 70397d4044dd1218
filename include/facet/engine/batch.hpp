#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ThreadLocalState.h>

#include <facet/engine/draw_tape.hpp>
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
        if (const auto counted = sample_.visits(step)) return static_cast<std::uint64_t>(*counted);
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
        if (!resident.device().is_cpu() && p.control_points > 0) (void)basis(); // not while a graph is recorded
    }

    /// Augmented, for training; without `images` unless they are asked for. On the CPU a few slices at a time go through all operations and to their
    /// place in the batch, so that they stay in a core's cache.
    [[nodiscard]] training_batch operator()(std::vector<std::uint32_t> slices, std::uint64_t epoch, bool with_images = false) const {
        if (!resident_.device().is_cpu()) {
            auto b = made(order(slices, epoch));
            b.slices = std::move(slices);
            return b;
        }
        const auto n = static_cast<std::int64_t>(slices.size()), side = resident_.size(), threads = std::int64_t{at::get_num_threads()};
        const auto length = std::min(std::max<std::int64_t>(1, 65'536 / (side * side)), (n + threads - 1) / threads);
        if (length >= n) return mixed(augmented(std::move(slices), epoch), epoch);
        resident_.verify(slices);
        const auto channels = static_cast<std::int64_t>(plan_.windows.size());
        training_batch whole{std::move(slices), with_images ? at::empty({n, 1, side, side}, at::kFloat) : at::Tensor{}, at::empty({n, channels, side, side}, at::kFloat),
                             at::empty({n, 1, side, side}, at::kByte)};
        const at::ThreadLocalState modes; // gradient and inference mode
        parallel_for(0, (n + length - 1) / length, 1, [&](std::int64_t begin, std::int64_t end) {
            const at::ThreadLocalStateGuard same{modes};
            for (auto part = begin; part < end; ++part) {
                const auto first = part * length, last = std::min(n, first + length);
                const auto made = augmented({whole.slices.begin() + first, whole.slices.begin() + last}, epoch);
                if (with_images) whole.images.narrow(0, first, last - first).copy_(made.images);
                whole.channels.narrow(0, first, last - first).copy_(made.channels);
                whole.masks.narrow(0, first, last - first).copy_(made.masks);
            }
        });
        return mixed(std::move(whole), epoch);
    }
    [[nodiscard]] at::Device device() const { return resident_.device(); }
    /// As stored: for validation and test.
    [[nodiscard]] training_batch plain(std::vector<std::uint32_t> slices) const {
        const auto order = resident_.order(slices);
        auto begin = order.begin();
        auto b = plain(begin);
        b.slices = std::move(slices);
        return b;
    }
    /// The same (without its list of slices) from what `plain_order` gives, which begins at `next`; moves `next` behind it. A graph can record it.
    [[nodiscard]] training_batch plain(std::vector<at::Tensor>::const_iterator& next) const {
        auto as_is = unmoved(resident_.read(next));
        return {{}, as_is.images, plan_.to_channels(as_is.images), as_is.masks};
    }
    [[nodiscard]] std::vector<at::Tensor> plain_order(std::span<const std::uint32_t> slices) const { return resident_.order(slices); }
    /// To the device, which is not waited for.
    [[nodiscard]] at::Tensor sent(const at::Tensor& t) const { return resident_.sent(t); }

    /// Everything a GPU makes a batch from, small and of the same shapes every time, on the device: which slices (or the slices, where the store
    /// streams), affines, displacements, and all numbers drawn. Nothing waits for the copies.
    [[nodiscard]] std::vector<at::Tensor> order(std::span<const std::uint32_t> slices, std::uint64_t epoch) const {
        const auto keys = sources(slices, epoch);
        const auto motion = geometry(slices, epoch);
        auto out = resident_.order(slices);
        if (plan_.augments_geometry) out.push_back(sent(detail::theta_of(motion.maps, resident_.size())));
        if (motion.displacements.defined()) out.push_back(sent(motion.displacements));
        const auto numbers = tape().write(keys.by_vertebra, keys.by_slice);
        out.push_back(sent(numbers.reals));
        out.push_back(sent(numbers.integers));
        return out;
    }
    /// The batch of an order (without its list of slices): work of the device alone, which a graph can record.
    [[nodiscard]] training_batch made(const std::vector<at::Tensor>& order) const {
        auto next = order.begin();
        const auto stored = resident_.read(next);
        warped w;
        if (!plan_.augments_geometry) w = unmoved(stored);
        else {
            const auto theta = *next++;
            if (plan_.control_points > 0) w = detail::warp_by_tensors(stored.images, stored.masks, theta, *next++, basis());
            else w = detail::warp_by_tensors(stored.images, stored.masks, theta);
        }
        return tape().read({next[0], next[1]}, [&](augment::draws& by_vertebra, augment::draws& by_slice) { return through(w, by_vertebra, by_slice, true); });
    }

private:
    struct draw_sources {
        draw_source by_vertebra, by_slice;
    };
    [[nodiscard]] draw_sources sources(std::span<const std::uint32_t> slices, std::uint64_t epoch) const {
        std::vector<std::uint64_t> by_vertebra, by_slice;
        std::vector<bool> fractured;
        for (const auto index : slices) {
            const auto& slice = data_.slices()[index];
            by_vertebra.push_back(rng::key(vertebra_key(slice, epoch), std::uint64_t{1}));
            by_slice.push_back(rng::key(seed_, epoch, index, std::uint64_t{2}));
            fractured.push_back(slice.fracture_pixels > 0);
        }
        return {{by_vertebra, by_slice, fractured}, {by_slice, by_slice, fractured}};
    }

    struct drawn_geometry {
        std::vector<augment::affine> maps; ///< empty where nothing moves
        at::Tensor displacements;          ///< [N,2,P,P] on the CPU, not defined where nothing bends
    };
    [[nodiscard]] drawn_geometry geometry(std::span<const std::uint32_t> slices, std::uint64_t epoch) const {
        if (!plan_.augments_geometry) return {};
        std::vector<augment::affine> maps;
        const auto displacements = plan_.control_points > 0 ? at::zeros({static_cast<std::int64_t>(slices.size()), 2, plan_.control_points, plan_.control_points}, at::kFloat) : at::Tensor{};
        for (const auto index : slices) {
            const auto vertebra = vertebra_key(data_.slices()[index], epoch);
            if (displacements.defined()) {
                const auto count = displacements.numel() / displacements.size(0);
                plan_.draw_displacement(vertebra, static_cast<double>(plan_.size),
                                        {plan_.control_points, {displacements.data_ptr<float>() + static_cast<std::int64_t>(maps.size()) * count, static_cast<std::size_t>(count)}});
            }
            maps.push_back(plan_.draw_affine(vertebra, static_cast<double>(plan_.size)));
        }
        return {std::move(maps), displacements};
    }

    /// From moved slices to a batch; `mix`: or to a part of one, not mixed yet.
    [[nodiscard]] training_batch through(warped moved, augment::draws& by_vertebra, augment::draws& by_slice, bool mix) const {
        training_batch b;
        b.images = plan_.augment_hu(std::move(moved.images), by_vertebra, by_slice);
        b.channels = plan_.augment_window(plan_.augmented_channels(b.images, by_vertebra, by_slice), by_vertebra, by_slice);
        b.masks = std::move(moved.masks);
        if (mix) mix_into(b, by_slice);
        return b;
    }
    void mix_into(training_batch& b, augment::draws& by_slice) const {
        if (!plan_.mixes_batch) return;
        auto mix = plan_.mix_batch({b.channels, b.masks}, by_slice);
        b.channels = std::move(mix.channels);
        b.masks = std::move(mix.masks);
    }
    /// On the CPU, all but the mixing.
    [[nodiscard]] training_batch augmented(std::vector<std::uint32_t> slices, std::uint64_t epoch) const {
        auto keys = sources(slices, epoch);
        const auto motion = geometry(slices, epoch);
        random_draws by_vertebra{std::move(keys.by_vertebra)}, by_slice{std::move(keys.by_slice)};
        auto b = through(warp(resident_, slices, motion.maps, motion.displacements), by_vertebra, by_slice, false);
        b.slices = std::move(slices);
        return b;
    }
    [[nodiscard]] training_batch mixed(training_batch b, std::uint64_t epoch) const {
        if (!plan_.mixes_batch) return b;
        random_draws by_slice{sources(b.slices, epoch).by_slice};
        mix_into(b, by_slice);
        return b;
    }

    [[nodiscard]] const draw_tape& tape() const {
        if (!tape_)
            tape_.emplace([&](augment::draws& by_vertebra, augment::draws& by_slice) {
                const auto side = resident_.size();
                (void)through({at::zeros({1, 1, side, side}), at::zeros({1, 1, side, side}, at::kByte)}, by_vertebra, by_slice, true);
            });
        return *tape_;
    }
    [[nodiscard]] const at::Tensor& basis() const {
        if (!basis_.defined()) basis_ = detail::spline_basis(resident_.size(), plan_.control_points).to(resident_.device());
        return basis_;
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
    mutable std::optional<draw_tape> tape_; ///< made when it is first needed, as is the basis of the splines
    mutable at::Tensor basis_;
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
