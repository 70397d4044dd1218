#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include <facet/evaluate/curve.hpp>
#include <facet/metric/concept.hpp>
#include <facet/threshold/concept.hpp>

namespace facet::threshold {

/// Maximising the metric over thresholds makes sense.
template <class M> inline constexpr bool chooses = false;
template <metric::of_counts M> inline constexpr bool chooses<M> = M::chooses_threshold;

namespace detail {

template <class M> struct objective {
    static constexpr bool of_volumes = metric::of_surface<M> || metric::of_lesions<M>;
    static_assert(!of_volumes, "facet: a surface or lesion metric cannot choose a threshold, since it is no function of pixel counts; write threshold::exact{metric::f1{}}");
    static_assert(chooses<M> || of_volumes, "facet: this metric cannot choose a threshold (PR-AUC and ROC-AUC integrate over all of them, precision or recall alone is "
                              "best at an extreme); write threshold::exact{metric::f1{}} and keep PR-AUC in monitor::best{metric::pr_auc{}}");
};

/// A threshold that was tried, lax to strict, and the objective there.
struct candidate {
    double value = 0;
    std::optional<double> score;
};

/// The best of the candidates; among equals the strictest. `first_is_edge` and `last_is_edge`: being the first or last candidate means that
/// a better one may lie outside.
[[nodiscard]] inline choice best_of(const std::vector<candidate>& candidates, bool first_is_edge, bool last_is_edge) {
    std::optional<double> most;
    for (const auto& c : candidates)
        if (c.score && (!most || *c.score > *most)) most = c.score;
    if (!most) return {};
    constexpr double rounding = 1e-12; // equals that were computed by different roads
    std::size_t best = candidates.size() - 1;
    while (!candidates[best].score || *candidates[best].score < *most - rounding * std::max(1.0, std::abs(*most))) --best;

    const double nearly = *candidates[best].score - 0.01 * std::abs(*candidates[best].score);
    const auto good = [&](std::size_t i) { return candidates[i].score && *candidates[i].score >= nearly; };
    std::size_t low = best, high = best;
    while (low > 0 && good(low - 1)) --low;
    while (high + 1 < candidates.size() && good(high + 1)) ++high;
    return {.value = candidates[best].value,
            .objective = candidates[best].score,
            .at_edge = (first_is_edge && best == 0) || (last_is_edge && best + 1 == candidates.size()),
            .plateau_low = candidates[low].value,
            .plateau_high = candidates[high].value};
}

/// Tries every score there is, in one pass. Being the laxest means that everything is called positive; being the strictest is an edge where
/// the scores end in the histogram's overflow bin. Empty-handed without positives.
template <class Score>
[[nodiscard]] choice scan_all(const score_histogram& h, Score&& score) {
    if (count_classes(h).positive == 0) return {};
    std::vector<candidate> candidates; // by bin; only the chosen ones need their probability
    candidates.reserve(score_histogram::bins);
    bool overflow = false;
    for_each_threshold(h, [&](std::size_t bin, const confusion& c) {
        overflow = overflow || bin == score_histogram::bins - 1;
        candidates.push_back({static_cast<double>(bin), score(c)});
    });
    std::ranges::reverse(candidates);
    auto found = best_of(candidates, true, overflow);
    if (found.objective)
        for (double* bin : {&found.value, &found.plateau_low, &found.plateau_high}) *bin = score_histogram::probability_at(static_cast<std::size_t>(*bin));
    return found;
}

/// Tries `points` probabilities; `at(i)` is the i-th, ascending.
template <class Objective, class At>
[[nodiscard]] choice scan(const score_histogram& h, const Objective& objective, int points, At at) {
    const auto table = confusion_table(h);
    if (table.front().positives() == 0) return {};
    std::vector<candidate> candidates(static_cast<std::size_t>(points));
    for (int i = 0; i < points; ++i) {
        const double value = at(i);
        candidates[static_cast<std::size_t>(i)] = {value, objective(table[score_histogram::bin_of_probability(value)])};
    }
    return best_of(candidates, true, true);
}

} // namespace detail

} // namespace facet::threshold
