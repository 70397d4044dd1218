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
    exact::for_each_threshold<double>(order, [&](double score, const confusion& c) {
        if (best && best->value > score && best->value == best_score) best->value = 0.5 * (best_score + score);
        if (c.positives() == 0 || c.negatives() == 0) return;
        const double youden = static_cast<double>(c.tp) / static_cast<double>(c.positives()) - static_cast<double>(c.fp) / static_cast<double>(c.negatives());
        if (best && youden <= best->youden) return;
        best = operating_point{.value = score, .youden = youden, .at_edge = false};
        best_score = score;
    });
    if (best) best->at_edge = best_score == order.front().score || best_score == order.back().score;
    return best;
}

/// One operating point per level of judgement; empty where validation could not fit it.
struct operating_points {
    std::optional<operating_point> slice, vertebra, patient;
};

} // namespace facet
