#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include <facet/core/experiment.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// The same number of fracture slices in every batch: round(batch * positive_fraction), the rest without fracture.
///
/// Positives and negatives are two endless shuffled streams, so each slice of a class is seen once per pass over its class and none is left out.
struct balanced {
    using role = facet::role::sampler;

    double positive_fraction = 0.5; ///< share of slices with fracture in every batch

    /// Fracture slices in a batch.
    [[nodiscard]] constexpr std::int64_t positives(std::int64_t batch) const { return share_of(batch, positive_fraction); }

    [[nodiscard]] auto start(const context& c) const {
        auto [with, without] = both_classes(c, "sampler::balanced");
        const shuffled_stream pick_with{with.size(), rng::key(c.seed, 0x706f736974697665u)};
        const shuffled_stream pick_without{without.size(), rng::key(c.seed, 0x6e65676174697665u)};
        return [*this, fractured = std::move(with), healthy = std::move(without), pick_with, pick_without](std::int64_t step, std::span<std::int64_t> batch) {
            const auto now = static_cast<std::uint64_t>(step);
            const auto k = static_cast<std::uint64_t>(positives(static_cast<std::int64_t>(batch.size())));
            const auto rest = batch.size() - k;
            for (std::uint64_t i = 0; i < k; ++i) batch[i] = fractured[pick_with(now * k + i)];
            for (std::uint64_t i = 0; i < rest; ++i) batch[k + i] = healthy[pick_without(now * rest + i)];
        };
    }

    [[nodiscard]] double positive_rate(const context& c) const {
        return static_cast<double>(positives(c.batch)) / static_cast<double>(c.batch);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        constexpr bool inside = 0 < self.positive_fraction && self.positive_fraction < 1;
        static_assert(inside, "facet: sampler::balanced needs 0 < positive_fraction < 1; write sampler::natural{} to leave the classes as they are");
        constexpr auto batch = get<facet::role::budget>(e).batch;
        static_assert(!inside || batch < 1 || (0 < self.positives(batch) && self.positives(batch) < batch),
                      "facet: sampler::balanced leaves a batch without positives or without negatives; choose a larger budget{.batch} or a positive_fraction nearer to 0.5");
    }
};

static_assert(policy<balanced>);

} // namespace facet::sampler
