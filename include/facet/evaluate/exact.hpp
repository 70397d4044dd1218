#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <facet/evaluate/histogram.hpp>

/// Ranking metrics by sorting the scores themselves: the oracle of the histograms, and what slices, vertebrae and patients use.
/// Equal scores share a threshold; NaN ranks lowest.
namespace facet::exact {

template <std::floating_point T> struct scored {
    T score{};
    bool positive = false;
};

/// Sorted from the highest score to the lowest.
template <std::floating_point T>
[[nodiscard]] std::vector<scored<T>> ranked(std::span<const T> scores, std::span<const std::uint8_t> truth) {
    std::vector<scored<T>> items(scores.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        items[i] = {std::isnan(scores[i]) ? -std::numeric_limits<T>::infinity() : scores[i], truth[i] != 0};
    std::ranges::sort(items, std::greater{}, &scored<T>::score);
    return items;
}

/// Calls `visit(score, confusion)` for every distinct score as threshold (`>= score` is positive), from strict to lax.
template <std::floating_point T, class Visit>
void for_each_threshold(std::span<const scored<T>> ranked, Visit&& visit) {
    confusion c;
    for (const auto& item : ranked) ++(item.positive ? c.fn : c.tn);
    for (std::size_t i = 0; i < ranked.size();) {
        const T score = ranked[i].score;
        for (; i < ranked.size() && ranked[i].score == score; ++i)
            if (ranked[i].positive) ++c.tp, --c.fn;
            else ++c.fp, --c.tn;
        visit(score, c);
    }
}

/// Average precision as scikit-learn defines it; empty without positives. `truth` holds 0 or 1 per score.
template <std::floating_point T>
[[nodiscard]] std::optional<double> average_precision(std::span<const T> scores, std::span<const std::uint8_t> truth) {
    const auto order = ranked(scores, truth);
    double area = 0;
    std::int64_t before = 0, positives = 0;
    for_each_threshold<T>(order, [&](T, const confusion& c) {
        area += static_cast<double>(c.tp - before) * static_cast<double>(c.tp) / static_cast<double>(c.tp + c.fp);
        before = c.tp;
        positives = c.positives();
    });
    if (positives == 0) return std::nullopt;
    return area / static_cast<double>(positives);
}

/// Pairs (positive, negative) in which the positive scores higher, ties counting half, and the number of pairs.
struct pair_count {
    double won = 0, pairs = 0;
    pair_count& operator+=(const pair_count& other) {
        won += other.won;
        pairs += other.pairs;
        return *this;
    }
    [[nodiscard]] std::optional<double> auc() const { return pairs > 0 ? std::optional{won / pairs} : std::nullopt; }
};

template <std::floating_point T>
[[nodiscard]] pair_count count_pairs(std::span<const T> scores, std::span<const std::uint8_t> truth) {
    const auto order = ranked(scores, truth);
    pair_count result;
    std::int64_t tp = 0, fp = 0;
    for_each_threshold<T>(order, [&](T, const confusion& c) {
        result.won += static_cast<double>(c.fp - fp) * (static_cast<double>(tp) + 0.5 * static_cast<double>(c.tp - tp));
        tp = c.tp;
        fp = c.fp;
    });
    result.pairs = static_cast<double>(tp) * static_cast<double>(fp);
    return result;
}

/// ROC-AUC; empty unless both kinds are present.
template <std::floating_point T>
[[nodiscard]] std::optional<double> roc_auc(std::span<const T> scores, std::span<const std::uint8_t> truth) {
    return count_pairs(scores, truth).auc();
}

/// Counts when `score >= threshold` is called positive.
template <std::floating_point T>
[[nodiscard]] confusion confusion_at(std::span<const T> scores, std::span<const std::uint8_t> truth, double threshold) {
    confusion c;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool called = static_cast<double>(scores[i]) >= threshold;
        ++(truth[i] ? (called ? c.tp : c.fn) : (called ? c.fp : c.tn));
    }
    return c;
}

} // namespace facet::exact
