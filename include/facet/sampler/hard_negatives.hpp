#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/experiment.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// Balanced batches in which part of the negatives are those the network takes most for fractures (hard negative mining: Sung and Poggio,
/// 1998; Shrivastava et al., CVPR 2016).
///
/// A slice's score is that of its last training step, which costs no extra pass and is of training patients; the validation patients are
/// never trained on. The hard pool changes after each validation. The other negatives are an endless shuffled stream: none is left out.
struct hard_negatives {
    using role = facet::role::sampler;

    double positive_fraction = 0.5; ///< share of slices with fracture in every batch
    double hard_fraction = 0.5;     ///< share of a batch's negatives that come from the hard pool
    double pool = 0.1;              ///< share of all negatives that are called hard

    [[nodiscard]] constexpr std::int64_t positives(std::int64_t batch) const { return share_of(batch, positive_fraction); }
    [[nodiscard]] constexpr std::int64_t hard(std::int64_t batch) const { return share_of(batch - positives(batch), hard_fraction); }

    class state;
    [[nodiscard]] state start(const context& c) const;

    [[nodiscard]] double positive_rate(const context& c) const { return static_cast<double>(positives(c.batch)) / static_cast<double>(c.batch); }

    template <const auto& self, const auto& e> static consteval void check() {
        constexpr bool inside = 0 < self.positive_fraction && self.positive_fraction < 1;
        static_assert(inside, "facet: sampler::hard_negatives needs 0 < positive_fraction < 1");
        static_assert(0 < self.hard_fraction && self.hard_fraction < 1,
                      "facet: sampler::hard_negatives needs 0 < hard_fraction < 1, so that easy negatives are still seen; write sampler::balanced{} for none that are chosen");
        static_assert(0 < self.pool && self.pool <= 1, "facet: sampler::hard_negatives needs 0 < pool <= 1, the share of all negatives that are called hard");
        static_assert(!get<facet::role::augment>(e).mixes(), "facet: sampler::hard_negatives scores slices as they were trained on, and augment::per_batch puts fractures of other slices into them; "
                                                             "take sampler::balanced{}, or leave augment::per_batch out");
        constexpr auto batch = get<facet::role::budget>(e).batch;
        constexpr bool some = 0 < self.hard_fraction && self.hard_fraction < 1;
        static_assert(!inside || !some || batch < 1 || (0 < self.positives(batch) && 0 < self.hard(batch) && self.positives(batch) + self.hard(batch) < batch),
                      "facet: sampler::hard_negatives leaves a batch without positives, hard negatives or other negatives; choose a larger budget{.batch}");
    }
};

class hard_negatives::state {
public:
    state(const hard_negatives& p, const context& c)
        : policy_{p}, key_{rng::key(c.seed, 0x68617264u)}, classes_{both_classes(c, "sampler::hard_negatives")}, pool_{classes_.without}, batch_{c.batch} {}

    void operator()(std::int64_t step, std::span<std::int64_t> batch) const {
        const auto n = static_cast<std::int64_t>(batch.size()), k = policy_.positives(n), hard = policy_.hard(n);
        fill(batch.subspan(0, static_cast<std::size_t>(k)), classes_.with, step, 0);
        fill(batch.subspan(static_cast<std::size_t>(k), static_cast<std::size_t>(hard)), pool_, step, 1);
        fill(batch.subspan(static_cast<std::size_t>(k + hard)), classes_.without, step, 2);
    }

    /// The highest scores become the pool; equal ones in the order of the slices.
    void observe(std::span<const float> slice_scores) {
        std::vector<std::int64_t> seen;
        for (const auto i : classes_.without)
            if (!std::isnan(score(slice_scores, i))) seen.push_back(i);
        const auto most = std::max<std::size_t>(1, static_cast<std::size_t>(share_of(static_cast<std::int64_t>(classes_.without.size()), policy_.pool)));
        std::ranges::stable_sort(seen, [&](std::int64_t a, std::int64_t b) { return score(slice_scores, a) > score(slice_scores, b); });
        if (seen.size() > most) seen.resize(most);
        pool_ = seen.empty() ? classes_.without : std::move(seen);
    }
    [[nodiscard]] double visits(std::int64_t step) const {
        const auto k = policy_.positives(batch_), hard = policy_.hard(batch_);
        const auto each = [](std::int64_t drawn, std::size_t of) { return static_cast<double>(drawn) / static_cast<double>(of); };
        const auto pool = std::max<std::size_t>(1, static_cast<std::size_t>(share_of(static_cast<std::int64_t>(classes_.without.size()), policy_.pool)));
        return static_cast<double>(step) * std::max(each(k, classes_.with.size()), each(hard, pool) + each(batch_ - k - hard, classes_.without.size()));
    }
    [[nodiscard]] std::span<const std::int64_t> pool() const { return pool_; }

private:
    static float score(std::span<const float> all, std::int64_t i) { return all[static_cast<std::size_t>(i)]; }

    /// The next items of an endless shuffled stream that every step takes equally many of.
    void fill(std::span<std::int64_t> part, const std::vector<std::int64_t>& from, std::int64_t step, std::uint64_t which) const {
        const shuffled_stream pick{from.size(), rng::key(key_, which)};
        for (std::size_t i = 0; i < part.size(); ++i) part[i] = from[pick(static_cast<std::uint64_t>(step) * part.size() + i)];
    }

    hard_negatives policy_;
    std::uint64_t key_;
    classes classes_;
    std::vector<std::int64_t> pool_;
    std::int64_t batch_;
};

inline hard_negatives::state hard_negatives::start(const context& c) const { return {*this, c}; }

static_assert(policy<hard_negatives>);

} // namespace facet::sampler
