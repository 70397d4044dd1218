#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <facet/core/experiment.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/by.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

namespace detail {
template <class Rule> struct rule_only {
    static_assert(by::rule<Rule>, "facet: sampler::weighted groups slices by a rule, for example sampler::weighted{by::level{}}; a rule of your own is callable as "
                                  "`int operator()(const slice_info&) const` and says `using role = facet::role::slice_key;`");
};
} // namespace detail

/// Balanced batches in which rare groups come more often: sampler::weighted{by::level{}}, {by::patient{}}, {by::lesion_size{}}.
///
/// Within each class (with and without fracture) a group of n slices is drawn with a share proportional to n^(1 - strength), exactly, once
/// per pass. By level, fractures and healthy slices are then equally frequent at every level, so that the level alone says nothing.
template <class Rule = by::level> struct weighted {
    static_assert(sizeof(detail::rule_only<Rule>) > 0);
    using role = facet::role::sampler;
    static constexpr bool changes_sizes = std::is_same_v<Rule, by::lesion_size>;

    Rule rule{};
    double strength = 1;            ///< 1: every group equally often; 0: groups as they are
    double positive_fraction = 0.5; ///< share of slices with fracture in every batch

    [[nodiscard]] constexpr std::int64_t positives(std::int64_t batch) const { return share_of(batch, positive_fraction); }

    [[nodiscard]] auto start(const context& c) const {
        if constexpr (by::rule<Rule>) {
            const auto [with, without] = both_classes(c, "sampler::weighted");
            return state{*this, stream(c, with, 1), stream(c, without, 0), c.batch};
        } else {
            return [](std::int64_t, std::span<std::int64_t>) {}; // its sentence has been said
        }
    }

    [[nodiscard]] double positive_rate(const context& c) const { return static_cast<double>(positives(c.batch)) / static_cast<double>(c.batch); }

    template <const auto& self, const auto& e> static consteval void check() {
        constexpr bool inside = 0 < self.positive_fraction && self.positive_fraction < 1;
        static_assert(inside, "facet: sampler::weighted needs 0 < positive_fraction < 1");
        static_assert(0 <= self.strength && self.strength <= 1, "facet: sampler::weighted needs a strength from 0 (groups as they are) to 1 (every group equally often)");
        constexpr auto batch = get<facet::role::budget>(e).batch;
        static_assert(!inside || batch < 1 || (0 < self.positives(batch) && self.positives(batch) < batch),
                      "facet: sampler::weighted leaves a batch without positives or without negatives; choose a larger budget{.batch} or a positive_fraction nearer to 0.5");
    }

private:
    struct state {
        weighted policy;
        grouped_stream with, without;
        std::int64_t batch_size;

        void operator()(std::int64_t step, std::span<std::int64_t> batch) const {
            const auto now = static_cast<std::uint64_t>(step);
            const auto k = static_cast<std::uint64_t>(policy.positives(static_cast<std::int64_t>(batch.size()))), rest = batch.size() - k;
            for (std::uint64_t i = 0; i < k; ++i) batch[i] = with(now * k + i);
            for (std::uint64_t i = 0; i < rest; ++i) batch[k + i] = without(now * rest + i);
        }
        [[nodiscard]] double visits(std::int64_t step) const {
            const auto k = policy.positives(batch_size);
            return std::max(with.visits(static_cast<double>(step * k)), without.visits(static_cast<double>(step * (batch_size - k))));
        }
    };
    [[nodiscard]] grouped_stream stream(const context& c, const std::vector<std::int64_t>& positions, std::uint64_t which) const {
        std::map<std::remove_cvref_t<decltype(rule(c.slices[0]))>, std::vector<std::int64_t>> groups;
        for (const auto i : positions) groups[rule(c.slices[static_cast<std::size_t>(i)])].push_back(i);
        return {std::move(groups), strength, rng::key(c.seed, 0x7765696768746564u, which)};
    }
};
weighted() -> weighted<>;
template <class Rule> weighted(Rule) -> weighted<Rule>;
template <class Rule> weighted(Rule, double) -> weighted<Rule>;
template <class Rule> weighted(Rule, double, double) -> weighted<Rule>;

static_assert(policy<weighted<>>);

} // namespace facet::sampler
