#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// Whole vertebrae, one after the other in shuffled order, each with all its slices from the first to the last. A batch is the next part of
/// that row, and may end within a vertebra; the next batch goes on there.
///
/// In a pass each vertebra with a fracture comes `fracture_repeats` times, every other one once.
struct vertebra {
    using role = facet::role::sampler;

    std::int64_t fracture_repeats = 1;

    class state;
    [[nodiscard]] state start(const context& c) const;
    [[nodiscard]] double positive_rate(const context& c) const;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.fracture_repeats >= 1, "facet: sampler::vertebra needs fracture_repeats >= 1, how often a vertebra with a fracture comes in a pass");
    }
};

class vertebra::state {
public:
    state(const vertebra& p, const context& c) : key_{rng::key(c.seed, 0x7665727465627261u)}, vertebrae_{slices_by_vertebra(c.slices)} {
        if (vertebrae_.empty()) throw bad_input{"sampler::vertebra: the training part has no slices"};
        for (std::size_t v = 0; v < vertebrae_.size(); ++v) {
            const bool broken = std::ranges::any_of(vertebrae_[v], [&](std::int64_t i) { return c.slices[static_cast<std::size_t>(i)].fracture_pixels > 0; });
            const auto repeats = broken ? p.fracture_repeats : 1;
            units_.insert(units_.end(), static_cast<std::size_t>(repeats), v);
            length_ += static_cast<std::uint64_t>(repeats) * vertebrae_[v].size();
        }
    }

    void operator()(std::int64_t step, std::span<std::int64_t> batch) {
        auto place = static_cast<std::uint64_t>(step) * batch.size();
        for (auto& slot : batch) slot = slice_at(place++);
    }

    /// Slices of one pass.
    [[nodiscard]] std::uint64_t length() const { return length_; }

private:
    std::int64_t slice_at(std::uint64_t place) {
        lay_out(place / length_);
        const auto within = place % length_;
        const auto u = static_cast<std::size_t>(std::ranges::upper_bound(ends_, within) - ends_.begin());
        const auto& slices = vertebrae_[order_[u]];
        return slices[within - (ends_[u] - slices.size())];
    }

    /// The row of one pass. Kept between calls because neighbouring places are asked for; it depends on nothing but the pass.
    void lay_out(std::uint64_t pass) {
        if (!ends_.empty() && pass == pass_) return;
        pass_ = pass;
        const rng::permutation shuffle{units_.size(), rng::key(key_, pass)};
        order_.clear();
        ends_.clear();
        for (std::size_t i = 0; i < units_.size(); ++i) {
            order_.push_back(units_[shuffle(i)]);
            ends_.push_back((ends_.empty() ? 0 : ends_.back()) + vertebrae_[order_.back()].size());
        }
    }

    std::uint64_t key_, length_ = 0, pass_ = 0;
    std::vector<std::vector<std::int64_t>> vertebrae_;
    std::vector<std::size_t> units_, order_; ///< of vertebrae: as often as they come in a pass; in the order of this pass
    std::vector<std::uint64_t> ends_;        ///< of each in the pass, in slices
};

inline vertebra::state vertebra::start(const context& c) const { return {*this, c}; }

inline double vertebra::positive_rate(const context& c) const {
    double positives = 0, all = 0;
    for (const auto& slices : slices_by_vertebra(c.slices)) {
        const auto broken = std::ranges::count_if(slices, [&](std::int64_t i) { return c.slices[static_cast<std::size_t>(i)].fracture_pixels > 0; });
        const auto repeats = static_cast<double>(broken > 0 ? fracture_repeats : 1);
        positives += repeats * static_cast<double>(broken);
        all += repeats * static_cast<double>(slices.size());
    }
    return all > 0 ? positives / all : 0;
}

static_assert(policy<vertebra>);

} // namespace facet::sampler
