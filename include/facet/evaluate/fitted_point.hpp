#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <facet/evaluate/exact.hpp>

namespace facet {

/// The score from which a slice, vertebra or patient is called fractured, and how well it parts the scores it was fitted on.
struct operating_point {
    double value = 0;      ///< `score >= value` is positive
    double youden = 0;     ///< sensitivity + specificity - 1 where it was fitted
    bool at_edge = false;  ///< it lies at the highest or lowest score there is: too few cases to place it
};

/// The threshold of the highest Youden index (Cancer 1950), half-way to the next lower score; among equals the strictest. It does not
/// depend on how rare fractures are, unlike F1. Empty unless both kinds are present.
[[nodiscard]] inline std::optional<operating_point> fit_operating_point(std::span<const double> scores, std::span<const std::uint8_t> truth) {
    const auto order = exact::ranked(scores, truth);
    std::optional<operating_point> best;
    double best_score = 0;
    std::int64_t most = 0; // Youden's index x positives x negatives: whole numbers, so that equals are equal
    exact::for_each_threshold<double>(order, [&](double score, const confusion& c) {
        if (best && best->value == best_score && score < best_score) best->value = 0.5 * (best_score + score);
        if (c.positives() == 0 || c.negatives() == 0) return;
        const std::int64_t index = c.tp * c.negatives() - c.fp * c.positives();
        if (best && index <= most) return;
        most = index;
        best_score = score;
        best = operating_point{.value = score, .youden = static_cast<double>(index) / static_cast<double>(c.positives() * c.negatives()), .at_edge = false};
    });
    if (best) best->at_edge = best_score == order.front().score || best_score == order.back().score;
    return best;
}

/// One operating point per level of judgement; empty where validation could not fit it.
struct operating_points {
    std::optional<operating_point> slice, vertebra, patient;
};

} // namespace facet
