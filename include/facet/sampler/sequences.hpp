#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/experiment.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// Sequences of neighbouring slices for recurrent models: a batch is batch / length of them, one after the other, each in the order of its
/// vertebra. Every window of `length` slices is one sequence; a vertebra with fewer slices repeats its last.
///
/// round(batch / length * positive_fraction) sequences of a batch hold a fracture. With `along_spine` the windows run on from one vertebra
/// of a patient to the next, from feet to head, which is continuous when the store holds axial slices cut by crop::spine_frame.
struct sequences {
    using role = facet::role::sampler;
    static constexpr bool gives_sequences = true;

    std::int64_t length = 8;        ///< slices
    double positive_fraction = 0.5; ///< share of the sequences of a batch that hold a fracture
    bool along_spine = false;       ///< of axial slices

    [[nodiscard]] constexpr std::int64_t positives(std::int64_t batch) const { return share_of(batch / length, positive_fraction); }

    class state;
    [[nodiscard]] state start(const context& c) const;
    [[nodiscard]] double positive_rate(const context& c) const;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.length >= 1, "facet: sampler::sequences needs length >= 1, the slices in a sequence");
        constexpr bool inside = 0 < self.positive_fraction && self.positive_fraction < 1;
        static_assert(inside, "facet: sampler::sequences needs 0 < positive_fraction < 1, the share of sequences that hold a fracture");
        constexpr auto batch = get<facet::role::budget>(e).batch;
        constexpr auto length = self.length < 1 ? 1 : self.length;
        static_assert(batch < 1 || batch % length == 0, "facet: sampler::sequences needs a budget{.batch} that is a multiple of length: a batch is made of whole sequences");
        static_assert(!inside || batch < 1 || batch % length != 0 || (0 < share_of(batch / length, self.positive_fraction) && share_of(batch / length, self.positive_fraction) < batch / length),
                      "facet: sampler::sequences leaves a batch without sequences that hold a fracture, or without others; choose a larger budget{.batch} or a shorter length");
    }
};

class sequences::state {
public:
    state(const sequences& p, const context& c) : policy_{p}, key_{rng::key(c.seed, 0x73657175656e6365u)} {
        if (p.length < 1 || c.batch % p.length != 0) throw bad_input{"sampler::sequences: a batch of " + std::to_string(c.batch) + " slices is not made of whole sequences of " + std::to_string(p.length)};
        rows_ = slices_by_vertebra(c.slices);
        if (p.along_spine) join_vertebrae(c);
        for (std::size_t r = 0; r < rows_.size(); ++r)
            for (std::size_t first = 0; first == 0 || first + static_cast<std::size_t>(p.length) <= rows_[r].size(); ++first) {
                const auto n = count_positives(c, {r, first});
                (n > 0 ? with_ : without_).push_back({r, first});
                (n > 0 ? positives_in_with_ : positives_in_without_) += n;
            }
        if (with_.empty()) throw bad_input{"sampler::sequences: the training part has no slice with a fracture; sequences that hold one cannot be drawn"};
        if (without_.empty()) throw bad_input{"sampler::sequences: every sequence of " + std::to_string(p.length) + " slices holds a fracture; use a shorter length"};
    }

    void operator()(std::int64_t step, std::span<std::int64_t> batch) const {
        const auto n = static_cast<std::size_t>(policy_.length), count = batch.size() / n;
        const auto k = static_cast<std::size_t>(policy_.positives(static_cast<std::int64_t>(batch.size())));
        for (std::size_t s = 0; s < count; ++s) {
            const auto w = s < k ? pick(with_, 1, static_cast<std::uint64_t>(step) * k + s) : pick(without_, 0, static_cast<std::uint64_t>(step) * (count - k) + s - k);
            for (std::size_t i = 0; i < n; ++i) batch[s * n + i] = slice(w, i);
        }
    }

    /// The expected share of slices with a fracture in a batch.
    [[nodiscard]] double positive_rate(std::int64_t batch) const {
        const double count = static_cast<double>(batch / policy_.length), k = static_cast<double>(policy_.positives(batch));
        const double of_with = static_cast<double>(positives_in_with_) / static_cast<double>(with_.size()), of_without = static_cast<double>(positives_in_without_) / static_cast<double>(without_.size());
        return (k * of_with + (count - k) * of_without) / static_cast<double>(batch);
    }

private:
    struct window {
        std::size_t row, first;
    };

    [[nodiscard]] std::int64_t slice(window w, std::size_t i) const { return rows_[w.row][std::min(w.first + i, rows_[w.row].size() - 1)]; }
    [[nodiscard]] window pick(const std::vector<window>& from, std::uint64_t which, std::uint64_t place) const { return from[shuffled_stream{from.size(), rng::key(key_, which)}(place)]; }

    [[nodiscard]] std::int64_t count_positives(const context& c, window w) const {
        std::int64_t n = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(policy_.length); ++i) n += c.slices[static_cast<std::size_t>(slice(w, i))].fracture_pixels > 0;
        return n;
    }

    /// Neighbouring vertebrae of a patient become one row; a missing level ends it.
    void join_vertebrae(const context& c) {
        std::vector<std::vector<std::int64_t>> joined;
        for (auto& row : rows_) {
            const auto& first = c.slices[static_cast<std::size_t>(row.front())];
            const auto* last = joined.empty() ? nullptr : &c.slices[static_cast<std::size_t>(joined.back().back())];
            if (last != nullptr && last->patient == first.patient && last->vertebra + 1 == first.vertebra) joined.back().insert(joined.back().end(), row.begin(), row.end());
            else joined.push_back(std::move(row));
        }
        rows_ = std::move(joined);
    }

    sequences policy_;
    std::uint64_t key_;
    std::vector<std::vector<std::int64_t>> rows_; ///< of neighbouring slices
    std::vector<window> with_, without_;
    std::int64_t positives_in_with_ = 0, positives_in_without_ = 0;
};

inline sequences::state sequences::start(const context& c) const { return {*this, c}; }
inline double sequences::positive_rate(const context& c) const { return start(c).positive_rate(c.batch); }

static_assert(policy<sequences>);

} // namespace facet::sampler
