#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/engine/plan.hpp>
#include <facet/engine/random_draws.hpp>
#include <facet/engine/resident_store.hpp>
#include <facet/engine/warp.hpp>

namespace facet {

/// What a network is trained on in one step.
struct batch {
    std::vector<std::int64_t> slices; ///< indices into the store
    at::Tensor images;                ///< HU after geometry and HU operations, float [B,1,S,S]
    at::Tensor channels;              ///< what the network sees, float [B,C,S,S] in [0,1]
    at::Tensor masks;                 ///< uint8 [B,1,S,S]: 0, 1, 255 = ignore
};

/// Makes training batches: a pure function of (plan, store, training slices, seed, step), whatever the device or the order of calls.
class batch_source {
public:
    batch_source(const plan& p, const store& data, const resident_store& resident, std::span<const std::uint32_t> training, std::uint64_t seed)
        : plan_{p}, resident_{resident}, seed_{seed} {
        for (const auto index : training) {
            const auto& slice = data.slices()[index];
            slices_.push_back(slice);
            indices_.push_back(index);
            // Named, not numbered: a vertebra keeps its draws when other patients join the training set.
            vertebra_keys_.push_back(rng::key(hash(slice.patient), static_cast<std::uint64_t>(slice.vertebra)));
        }
        context_ = {.slices = slices_, .batch = p.batch, .seed = rng::key(seed, std::uint64_t{'s'})};
        sample_ = p.start_sampler(context_);
    }
    batch_source(const batch_source&) = delete;
    batch_source& operator=(const batch_source&) = delete;

    [[nodiscard]] std::int64_t steps_per_epoch() const { return (static_cast<std::int64_t>(slices_.size()) + plan_.batch - 1) / plan_.batch; }
    [[nodiscard]] double positive_rate() const { return plan_.positive_rate(context_); }

    [[nodiscard]] batch operator()(std::int64_t step) const {
        std::vector<std::int64_t> chosen(static_cast<std::size_t>(plan_.batch));
        sample_(step, chosen);
        return make(chosen, static_cast<std::uint64_t>(step));
    }

private:
    static std::uint64_t hash(const std::string& text) {
        std::uint64_t h = 0xcbf29ce484222325u;
        for (const char c : text) h = rng::mix(h ^ static_cast<unsigned char>(c));
        return h;
    }

    /// `chosen` are positions among the training slices. Draws are made anew in every step: a balanced sampler shows a fracture several
    /// times an epoch, and should not show it moved the same way each time.
    [[nodiscard]] batch make(std::span<const std::int64_t> chosen, std::uint64_t step) const {
        batch b;
        std::vector<augment::affine> maps;
        std::vector<std::uint64_t> by_vertebra, by_slice;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            const auto position = static_cast<std::size_t>(chosen[i]);
            const auto vertebra = rng::key(seed_, step, vertebra_keys_[position]);
            b.slices.push_back(indices_[position]);
            by_vertebra.push_back(rng::key(vertebra, std::uint64_t{1}));
            by_slice.push_back(rng::key(seed_, step, i, indices_[position])); // the place too: a small batch may hold a slice twice
            if (plan_.augments_geometry) maps.push_back(plan_.draw_affine(vertebra, static_cast<double>(plan_.size)));
        }
        auto moved = warp(resident_, b.slices, maps);
        random_draws per_vertebra{by_vertebra, by_slice, resident_.device()}, per_slice{by_slice, by_slice, resident_.device()};
        b.masks = std::move(moved.masks);
        b.images = plan_.augment_hu(moved.images, per_vertebra, per_slice);
        b.channels = plan_.augment_window(plan_.to_channels(b.images), per_vertebra, per_slice);
        return b;
    }

    const plan& plan_;
    const resident_store& resident_;
    std::uint64_t seed_;
    std::vector<slice_info> slices_;
    std::vector<std::uint32_t> indices_;
    std::vector<std::uint64_t> vertebra_keys_;
    sampler::context context_;
    std::function<void(std::int64_t, std::span<std::int64_t>)> sample_;
};

/// What the loss sees of masks and logits: ignored pixels are constants without gradient (docs/decisions/0003-ignored-pixels.md).
struct supervision {
    at::Tensor logits; ///< fp32 [B,1,S,S]
    at::Tensor target; ///< fp32 [B,1,S,S] in {0, 1}
};
inline supervision supervise(const at::Tensor& logits, const at::Tensor& masks) {
    constexpr double certainly_healthy = -20;
    return {logits.to(at::kFloat).masked_fill(masks.eq(ignore_label), certainly_healthy), masks.eq(1).to(at::kFloat)};
}

} // namespace facet
