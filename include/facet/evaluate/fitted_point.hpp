#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <facet/threshold/concept.hpp>

namespace facet {

/// The score from which a slice, vertebra or patient is called fractured, and how well it parts the scores it was fitted on.
struct fitted_point {
    double value = 0;                ///< `score >= value` is positive
    std::optional<double> objective; ///< what the search maximised, where it was fitted
    bool at_edge = false;            ///< it lies at the highest or lowest score there is, too few cases to place it, or at the edge of the search
};

using threshold_search = threshold::choice (*)(const score_histogram&);

/// What `search` chooses among scores in [0,1], half-way to the next lower score. Empty unless both kinds are present. Scores closer than
/// 1/2048 in the logit are not parted.
[[nodiscard]] inline std::optional<fitted_point> fit_point(std::span<const double> scores, std::span<const std::uint8_t> truth, threshold_search search) {
    const auto fractured = std::ranges::count(truth, std::uint8_t{1});
    if (fractured == 0 || fractured == std::ssize(truth)) return std::nullopt;
    const auto logit = [](double p) { return static_cast<float>(std::log(p) - std::log1p(-p)); };
    score_histogram counts;
    for (std::size_t i = 0; i < scores.size(); ++i) counts.add(logit(scores[i]), truth[i] == 1);
    const auto chosen = search(counts);

    const auto first = score_histogram::bin_of_probability(chosen.value);
    double lowest_called = 2, next_lower = -1;
    for (const double score : scores) {
        if (score_histogram::bin_of(logit(score)) >= first) lowest_called = std::min(lowest_called, score);
        else next_lower = std::max(next_lower, score);
    }
    fitted_point out{.value = lowest_called, .objective = chosen.objective, .at_edge = chosen.at_edge};
    if (lowest_called > 1) out.value = chosen.value; // nothing is called
    else if (next_lower >= 0) out.value = 0.5 * (lowest_called + next_lower);
    out.at_edge = out.at_edge || lowest_called == std::ranges::max(scores) || next_lower < 0;
    return out;
}

/// One per level of judgement; empty where validation could not fit it.
struct fitted_points {
    std::optional<fitted_point> slice, vertebra, patient;
};

} // namespace facet
