#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/experiment.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// Begins with `positive_fraction` fracture slices in a batch and moves to the natural rate in a straight line, as "dynamic curriculum"
/// sampling does (Wang et al., ICCV 2019, its linear scheduler): balanced batches teach what a fracture is, natural ones how rare it is.
///
/// A batch holds a whole number of fracture slices; what rounding leaves over is carried on, so that after any number of steps their total
/// is within one half of the line's integral.
struct annealed {
    using role = facet::role::sampler;

    double positive_fraction = 0.5; ///< share of slices with fracture in the first batch
    double natural_from = 1;        ///< share of the run after which classes are as they are

    /// The line at one step.
    [[nodiscard]] double positive_rate_at(const context& c, std::int64_t step) const {
        const double natural = natural_rate(c), end = moving_steps(c);
        return end > 0 ? std::max(0.0, 1 - static_cast<double>(step) / end) * (positive_fraction - natural) + natural : natural;
    }

    /// Fracture slices in all batches before this step.
    [[nodiscard]] std::int64_t positives_before(const context& c, std::int64_t step) const { return line{*this, c}.positives_before(step); }

    [[nodiscard]] auto start(const context& c) const {
        auto [with, without] = both_classes(c, "sampler::annealed");
        const shuffled_stream pick_with{with.size(), rng::key(c.seed, 0x616e6e65616cu, 1)};
        const shuffled_stream pick_without{without.size(), rng::key(c.seed, 0x616e6e65616cu, 0)};
        return state{std::move(with), std::move(without), pick_with, pick_without, line{*this, c}, c.batch};
    }

    [[nodiscard]] double positive_rate(const context& c) const {
        if (c.steps < 1) return natural_rate(c);
        return static_cast<double>(positives_before(c, c.steps)) / static_cast<double>(c.steps * c.batch);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.positive_fraction && self.positive_fraction < 1, "facet: sampler::annealed needs 0 < positive_fraction < 1, the share of fracture slices it begins with");
        static_assert(0 < self.natural_from && self.natural_from <= 1, "facet: sampler::annealed needs 0 < natural_from <= 1, the share of the run after which classes are as they are");
    }

private:
    [[nodiscard]] double moving_steps(const context& c) const { return natural_from * static_cast<double>(c.steps); }

    struct line {
        double begin, end, steps, batch;
        line(const annealed& a, const context& c) : begin{a.positive_fraction}, end{natural_rate(c)}, steps{a.moving_steps(c)}, batch{static_cast<double>(c.batch)} {}
        [[nodiscard]] std::int64_t positives_before(std::int64_t step) const {
            const double t = static_cast<double>(step), moved = std::min(t, steps);
            const double integral = end * t + (steps > 0 ? (begin - end) * moved * (1 - moved / (2 * steps)) : 0);
            return std::llround(batch * integral);
        }
    };
    struct state {
        std::vector<std::int64_t> with, without;
        shuffled_stream pick_with, pick_without;
        line positives;
        std::int64_t batch_size;

        void operator()(std::int64_t step, std::span<std::int64_t> batch) const {
            const auto before = positives.positives_before(step), now = positives.positives_before(step + 1) - before;
            const auto negatives_before = step * static_cast<std::int64_t>(batch.size()) - before;
            for (std::int64_t i = 0; i < static_cast<std::int64_t>(batch.size()); ++i)
                batch[static_cast<std::size_t>(i)] = i < now ? with[pick_with(static_cast<std::uint64_t>(before + i))]
                                                             : without[pick_without(static_cast<std::uint64_t>(negatives_before + i - now))];
        }
        [[nodiscard]] double visits(std::int64_t step) const {
            const auto before = static_cast<double>(positives.positives_before(step)), all = static_cast<double>(step * batch_size);
            return std::max(before / static_cast<double>(with.size()), (all - before) / static_cast<double>(without.size()));
        }
    };
};

static_assert(policy<annealed>);

} // namespace facet::sampler
