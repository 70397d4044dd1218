#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <facet/evaluate/histogram.hpp>

/// Ranking metrics and threshold scans of counts that are sorted by score. One implementation serves metrics, threshold searches,
/// the evaluation and the bootstrap, so that no two places of a report can disagree.
namespace facet {

/// Average precision of binned counts, ascending by score: the sum over thresholds of (recall step) x precision, as in scikit-learn's
/// `average_precision_score`; scores of one bin share a threshold. Empty without positives.
[[nodiscard]] inline std::optional<double> average_precision(std::span<const std::int64_t> positive, std::span<const std::int64_t> negative) {
    std::int64_t tp = 0, fp = 0;
    double area = 0;
    for (std::size_t b = positive.size(); b-- > 0;) {
        tp += positive[b];
        fp += negative[b];
        if (positive[b] > 0) area += static_cast<double>(positive[b]) * static_cast<double>(tp) / static_cast<double>(tp + fp);
    }
    if (tp == 0) return std::nullopt;
    return area / static_cast<double>(tp);
}

/// The chance that a positive scores above a negative, ties counting half (Mann and Whitney). Empty unless both kinds are present.
[[nodiscard]] inline std::optional<double> roc_auc(std::span<const std::int64_t> positive, std::span<const std::int64_t> negative) {
    std::int64_t positives = 0, below = 0;
    double pairs = 0;
    for (std::size_t b = 0; b < positive.size(); ++b) {
        pairs += static_cast<double>(positive[b]) * (static_cast<double>(below) + 0.5 * static_cast<double>(negative[b]));
        positives += positive[b];
        below += negative[b];
    }
    if (positives == 0 || below == 0) return std::nullopt;
    return pairs / (static_cast<double>(positives) * static_cast<double>(below));
}

/// PR-AUC as average precision; empty without positives.
[[nodiscard]] inline std::optional<double> average_precision(const score_histogram& h) { return average_precision(h.positive, h.negative); }
/// ROC-AUC; empty unless both kinds are present.
[[nodiscard]] inline std::optional<double> roc_auc(const score_histogram& h) { return roc_auc(h.positive, h.negative); }

/// Positive and negative pixels in total.
struct class_counts {
    std::int64_t positive = 0, negative = 0;
    [[nodiscard]] constexpr std::int64_t total() const { return positive + negative; }
};
[[nodiscard]] inline class_counts count_classes(const score_histogram& h) {
    class_counts n;
    for (std::size_t b = 0; b < score_histogram::bins; ++b) n.positive += h.positive[b], n.negative += h.negative[b];
    return n;
}

/// The share of positive pixels: the PR-AUC of a scorer that knows nothing. Empty without pixels.
[[nodiscard]] inline std::optional<double> prevalence(const score_histogram& h) {
    const auto n = count_classes(h);
    if (n.total() == 0) return std::nullopt;
    return static_cast<double>(n.positive) / static_cast<double>(n.total());
}

/// Counts when `bin` and every higher bin are called positive; `bin` may be `bins`, which calls nothing positive.
[[nodiscard]] inline confusion confusion_at(const score_histogram& h, std::size_t bin) {
    confusion c;
    for (std::size_t b = 0; b < score_histogram::bins; ++b) {
        (b >= bin ? c.tp : c.fn) += h.positive[b];
        (b >= bin ? c.fp : c.tn) += h.negative[b];
    }
    return c;
}

/// Calls `visit(bin, confusion)` for every threshold that changes the counts, from strict to lax: once per occupied bin, in one pass.
template <class Visit>
void for_each_threshold(const score_histogram& h, Visit&& visit) {
    const auto n = count_classes(h);
    confusion c{.tp = 0, .fp = 0, .fn = n.positive, .tn = n.negative};
    for (std::size_t b = score_histogram::bins; b-- > 0;) {
        if (h.positive[b] == 0 && h.negative[b] == 0) continue;
        c.tp += h.positive[b], c.fn -= h.positive[b];
        c.fp += h.negative[b], c.tn -= h.negative[b];
        visit(b, c);
    }
}

/// Counts for every bin as threshold: `result[b]` calls bins b, b+1, ... positive. For searches that look at many thresholds
/// (grids) without scanning the histogram again for each.
[[nodiscard]] inline std::vector<confusion> confusion_table(const score_histogram& h) {
    std::vector<confusion> table(score_histogram::bins + 1);
    const auto n = count_classes(h);
    table.back() = {.tp = 0, .fp = 0, .fn = n.positive, .tn = n.negative};
    for (std::size_t b = score_histogram::bins; b-- > 0;) {
        const auto& above = table[b + 1];
        table[b] = {.tp = above.tp + h.positive[b], .fp = above.fp + h.negative[b], .fn = above.fn - h.positive[b], .tn = above.tn - h.negative[b]};
    }
    return table;
}

/// A point of the precision-recall curve; the rule is `probability >= threshold`.
struct pr_point {
    double threshold = 0, precision = 0, recall = 0;
};

/// The curve from strict to lax, thinned to steps of at least `resolution` in recall or precision; its last point is always there.
/// Empty without positives.
[[nodiscard]] inline std::vector<pr_point> pr_curve(const score_histogram& h, double resolution = 0.002) {
    std::vector<pr_point> curve;
    pr_point last;
    bool pending = false;
    for_each_threshold(h, [&](std::size_t bin, const confusion& c) {
        if (c.positives() == 0) return;
        const auto tp = static_cast<double>(c.tp);
        last = {score_histogram::probability_at(bin), tp / static_cast<double>(c.tp + c.fp), tp / static_cast<double>(c.positives())};
        pending = !curve.empty() && std::abs(last.recall - curve.back().recall) < resolution
                  && std::abs(last.precision - curve.back().precision) < resolution;
        if (!pending) curve.push_back(last);
    });
    if (pending) curve.push_back(last);
    return curve;
}

/// The logit below which the share `q` of the given counts lies (the lower edge of its bin); empty without counts.
[[nodiscard]] inline std::optional<double> quantile(std::span<const std::int64_t> counts, double q) {
    std::int64_t total = 0;
    for (const auto n : counts) total += n;
    if (total == 0) return std::nullopt;
    const auto wanted = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(q * static_cast<double>(total))));
    std::int64_t seen = 0;
    for (std::size_t b = 0; b < counts.size(); ++b)
        if ((seen += counts[b]) >= wanted) return score_histogram::lower_edge(b);
    return score_histogram::high;
}

} // namespace facet
