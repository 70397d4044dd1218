#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <facet/data/store.hpp>
#include <facet/data/volume.hpp>
#include <facet/evaluate/histogram.hpp>

namespace facet {

/// Counts the scores of pixels by vertebra level in one pass; ignored pixels count nowhere. On a GPU the counts stay there until they are
/// asked for.
class score_counter {
public:
    explicit score_counter(const store& data, at::Device device = at::kCPU) : slices_{data.slices()}, device_{device} {
        for (const auto& s : slices_) place_.try_emplace(s.vertebra, 0);
        std::int64_t next = 0;
        for (auto& [level, place] : place_) place = next++;
    }

    /// On the CPU: `logits` fp32 and `masks` uint8, both [N,1,S,S].
    void add(std::span<const std::uint32_t> slices, const at::Tensor& all_logits, const at::Tensor& all_masks) {
        const auto logits = all_logits.contiguous(), masks = all_masks.contiguous();
        const auto* score = logits.data_ptr<float>();
        const auto* mask = masks.data_ptr<std::uint8_t>();
        const auto pixels = logits.numel() / logits.size(0);
        for (const auto slice : slices) {
            auto& h = levels_[slices_[slice].vertebra];
            for (std::int64_t i = 0; i < pixels; ++i, ++score, ++mask)
                if (*mask != ignore_label) h.add(*score, *mask == 1);
        }
    }

    /// Where slices count, int64 [N,1,1,1] on the CPU.
    [[nodiscard]] at::Tensor places(std::span<const std::uint32_t> slices) const {
        auto out = at::empty({static_cast<std::int64_t>(slices.size()), 1, 1, 1}, at::kLong);
        for (std::size_t i = 0; i < slices.size(); ++i) out.data_ptr<std::int64_t>()[i] = place_.at(slices_[slices[i]].vertebra);
        return out;
    }
    /// On the counter's device, all three; a graph can record it.
    void add(const at::Tensor& places, const at::Tensor& logits, const at::Tensor& masks) {
        constexpr auto inner = static_cast<std::int64_t>(score_histogram::inner_bins);
        auto bin = logits.sub(score_histogram::low).mul(1 / score_histogram::width).floor().nan_to_num(-1, static_cast<double>(inner), -1);
        bin = bin.clamp(-1, static_cast<double>(inner)).to(at::kLong).add(1);
        auto slot = bin.add(masks.eq(1).to(at::kLong), static_cast<std::int64_t>(score_histogram::bins));
        slot = slot.masked_fill(masks.eq(ignore_label), slots - 1).add(places, slots);
        const auto flat = slot.flatten(); // not bincount, which asks the device for the largest
        const any_order fast;
        counts().scatter_add_(0, flat, at::ones_like(flat));
    }

    /// What `add` of tensors writes.
    [[nodiscard]] const at::Tensor& counts() {
        const c10::InferenceMode off{false}; // to be written in and out of it
        if (!counts_.defined()) counts_ = at::zeros({static_cast<std::int64_t>(place_.size()) * slots}, at::TensorOptions{device_}.dtype(at::kLong));
        return counts_;
    }
    void reset() {
        levels_.clear();
        if (counts_.defined()) counts_.zero_();
    }

    /// Waits for the device.
    [[nodiscard]] std::map<int, score_histogram> by_level() const {
        auto out = levels_;
        if (!counts_.defined()) return out;
        const auto counts = counts_.cpu();
        for (const auto& [level, place] : place_) {
            const auto* from = counts.data_ptr<std::int64_t>() + place * slots;
            if (std::all_of(from, from + slots, [](std::int64_t n) { return n == 0; })) continue; // no slice of this level was seen
            auto& h = out[level];
            for (std::size_t b = 0; b < score_histogram::bins; ++b) {
                h.negative[b] += from[b];
                h.positive[b] += from[score_histogram::bins + b];
            }
        }
        return out;
    }

private:
    /// Whole numbers add up the same in any order; LibTorch's deterministic way would sort the pixels first.
    struct any_order {
        bool on = at::globalContext().deterministicAlgorithms(), warns = at::globalContext().deterministicAlgorithmsWarnOnly();
        any_order() { at::globalContext().setDeterministicAlgorithms(false, false); }
        ~any_order() { at::globalContext().setDeterministicAlgorithms(on, warns); }
        any_order(const any_order&) = delete;
        any_order& operator=(const any_order&) = delete;
    };
    static constexpr auto slots = static_cast<std::int64_t>(2 * score_histogram::bins + 1); ///< negative, positive, ignored

    std::span<const slice_info> slices_;
    at::Device device_;
    std::map<int, std::int64_t> place_;
    std::map<int, score_histogram> levels_;
    at::Tensor counts_;
};

[[nodiscard]] inline score_histogram total_of(const std::map<int, score_histogram>& by_level) {
    score_histogram sum;
    for (const auto& [level, h] : by_level) sum += h;
    return sum;
}

} // namespace facet
