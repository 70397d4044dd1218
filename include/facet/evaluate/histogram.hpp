#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace facet {

/// Pixels counted against the truth at one threshold.
struct confusion {
    std::int64_t tp = 0, fp = 0, fn = 0, tn = 0;

    [[nodiscard]] constexpr std::int64_t positives() const { return tp + fn; }
    [[nodiscard]] constexpr std::int64_t negatives() const { return fp + tn; }
    [[nodiscard]] constexpr std::int64_t total() const { return tp + fp + fn + tn; }
    constexpr confusion& operator+=(const confusion& other) {
        tp += other.tp, fp += other.fp, fn += other.fn, tn += other.tn;
        return *this;
    }
};

/// Scores of positive and of negative pixels as two integer histograms over the fp32 logit.
///
/// 65,536 bins of 2^-11 on [-16, 16) and one overflow bin on each side. Integer counts add associatively, so histograms of batches,
/// vertebrae, folds and devices sum to the same bits in any order, and one pass over the pixels serves every threshold.
struct score_histogram {
    static constexpr std::size_t inner_bins = 65'536;
    static constexpr std::size_t bins = inner_bins + 2;
    static constexpr double low = -16, high = 16;
    static constexpr double width = (high - low) / inner_bins;

    std::vector<std::int64_t> positive = std::vector<std::int64_t>(bins);
    std::vector<std::int64_t> negative = std::vector<std::int64_t>(bins);

    /// The bin of a logit; NaN counts as the lowest score.
    [[nodiscard]] static std::size_t bin_of(float logit) {
        if (!(logit >= static_cast<float>(low))) return 0;
        if (logit >= static_cast<float>(high)) return bins - 1;
        return 1 + static_cast<std::size_t>((logit - static_cast<float>(low)) * static_cast<float>(1 / width));
    }
    /// The smallest logit of a bin: predicting "positive" at this threshold takes the bin and every higher one. Minus infinity for bin 0.
    [[nodiscard]] static double lower_edge(std::size_t bin) { return bin == 0 ? -INFINITY : low + width * static_cast<double>(bin - 1); }
    /// The first bin predicted positive when the rule is `probability >= threshold`.
    [[nodiscard]] static std::size_t bin_of_probability(double threshold) {
        if (threshold <= 0) return 0;
        if (threshold >= 1) return bins;
        const double logit = std::log(threshold) - std::log1p(-threshold);
        // The allowance takes back the rounding of probability_at, so that an edge of a bin finds its own bin again.
        return static_cast<std::size_t>(std::clamp(std::ceil((logit - low) / width - 1e-4) + 1, 1.0, static_cast<double>(bins - 1)));
    }
    [[nodiscard]] static double probability_at(std::size_t bin) { return 1 / (1 + std::exp(-lower_edge(bin))); }

    void add(float logit, bool is_positive) { ++(is_positive ? positive : negative)[bin_of(logit)]; }

    score_histogram& operator+=(const score_histogram& other) {
        for (std::size_t b = 0; b < bins; ++b) {
            positive[b] += other.positive[b];
            negative[b] += other.negative[b];
        }
        return *this;
    }
};

} // namespace facet
