#pragma once

// What every operating point promises. Included after support/test.hpp.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/evaluate/fitted_point.hpp>
#include <facet/evaluate/histogram.hpp>

namespace laws {

/// Vertebrae as the evaluation judges them.
struct items {
    std::vector<double> score;
    std::vector<std::uint8_t> truth;

    /// The same whatever `slope` and `shift` are but for the scores, which rise by them in the logit. Some are equal.
    items(std::uint64_t seed, double slope, double shift) {
        facet::rng::stream draw{facet::rng::key(seed)};
        for (int i = 0; i < 40; ++i) {
            truth.push_back(i == 0 || (i > 1 && draw.happens(0.3))); // one of each at least
            const double logit = std::clamp(std::round(draw.normal(truth.back() ? 0.5 : -1, 1.5) * 20) / 20, -4.0, 4.0);
            score.push_back(1 / (1 + std::exp(-slope * logit - shift)));
        }
    }
    [[nodiscard]] std::vector<bool> called(double value) const {
        std::vector<bool> out;
        for (const double s : score) out.push_back(s >= value);
        return out;
    }
    [[nodiscard]] facet::confusion counts(double value) const {
        facet::confusion c;
        for (std::size_t i = 0; i < score.size(); ++i) ++(truth[i] ? (score[i] >= value ? c.tp : c.fn) : (score[i] >= value ? c.fp : c.tn));
        return c;
    }
};

template <const auto& point> std::optional<facet::fitted_point> fitted(const items& all) {
    return facet::fit_point(all.score, all.truth, [](const facet::score_histogram& h) { return point.search(h); });
}

/// The objective is what the items called at the point give, and neither the order of the items nor counting all twice moves the point. Without items of either kind there is none. `by_order`: the search looks at every score, so that only their order says which items are called.
template <const auto& point> void operating_point(bool by_order) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        const items all{seed, 1, 0};
        const auto found = fitted<point>(all);
        REQUIRE(found);
        CHECK(found->value >= 0);
        CHECK(found->value <= 1);
        if constexpr (requires { point.search.objective; }) CHECK(point.search.objective(all.counts(found->value)).value() == Approx(found->objective.value()));

        auto turned = all, twice = all;
        std::ranges::reverse(turned.score);
        std::ranges::reverse(turned.truth);
        CHECK(fitted<point>(turned)->value == found->value);
        twice.score.insert(twice.score.end(), all.score.begin(), all.score.end());
        twice.truth.insert(twice.truth.end(), all.truth.begin(), all.truth.end());
        CHECK(fitted<point>(twice)->value == found->value);

        for (const std::uint8_t kind : {0, 1}) {
            auto alike = all;
            std::ranges::fill(alike.truth, kind);
            CHECK_FALSE(fitted<point>(alike));
        }
        if (!by_order) continue;
        for (const auto& [slope, shift] : {std::array{0.5, -3.0}, {3.0, 1.0}, {1.0, 6.0}, {0.2, -8.0}}) {
            INFO(slope << " logit + " << shift);
            const items moved{seed, slope, shift};
            CHECK(moved.called(fitted<point>(moved)->value) == all.called(found->value));
        }
    }
}

} // namespace laws
