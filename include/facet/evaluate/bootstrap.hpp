#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>
#include <facet/evaluate/scores.hpp>

/// Intervals that resample patients: pixels, slices and vertebrae of one patient are not independent, patients are
/// (cluster bootstrap; Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
namespace facet {

/// How often each patient was drawn in one resample.
using patient_weights = std::span<const std::uint32_t>;

/// Scores as counts per (distinct score, patient), in the order the curves are walked: the highest score first. Holds what is needed
/// to compute average precision and ROC-AUC for any patient weights in one pass, without sorting again.
class clustered_counts {
public:
    /// Pixels of every vertebra; patients are numbered as in `judged.patients()`. Bins without a positive pixel in any patient are joined
    /// with their neighbours without one, which changes neither measure.
    [[nodiscard]] static clustered_counts pixels(const scores& judged) {
        std::vector<std::uint8_t> has_positive(score_histogram::bins);
        for (const auto& v : judged.vertebrae())
            for (const auto& e : v.pixels.entries()) has_positive[e.bin] |= e.positive > 0;
        std::vector<std::uint32_t> rank(score_histogram::bins);
        for (std::size_t b = score_histogram::bins - 1; b-- > 0;)
            rank[b] = rank[b + 1] + ((has_positive[b] || has_positive[b + 1]) ? 1 : 0);
        std::vector<std::vector<const vertebra_score*>> of_patient(judged.patients().size());
        for (const auto& v : judged.vertebrae()) of_patient[v.patient_place].push_back(&v);

        // Patient by patient through one row of counts, twice: to count the entries of every rank, then to put them in their places.
        std::vector<class_counts> row(rank[0] + std::size_t{1});
        std::vector<std::uint32_t> touched;
        const auto each_entry = [&](auto&& visit) {
            for (std::uint32_t p = 0; p < of_patient.size(); ++p) {
                for (const auto* v : of_patient[p])
                    for (const auto& e : v->pixels.entries()) {
                        auto& one = row[rank[e.bin]];
                        if (one.positive == 0 && one.negative == 0) touched.push_back(rank[e.bin]);
                        one.positive += e.positive, one.negative += e.negative;
                    }
                for (const auto r : touched) visit(entry{r, p, narrowed(row[r].positive), narrowed(row[r].negative)}), row[r] = {};
                touched.clear();
            }
        };
        std::vector<std::size_t> place(row.size() + 1);
        each_entry([&](const entry& e) { ++place[e.rank + 1]; });
        std::partial_sum(place.begin(), place.end(), place.begin());
        clustered_counts result;
        result.entries_.resize(place.back());
        each_entry([&](const entry& e) { result.entries_[place[e.rank]++] = e; });
        return result;
    }
    /// Slices, vertebrae or patients: one score, truth and patient number each.
    [[nodiscard]] static clustered_counts items(std::span<const double> scores, std::span<const std::uint8_t> truth, std::span<const std::uint32_t> patient) {
        std::vector<std::size_t> order(scores.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::ranges::sort(order, [&](auto a, auto b) { return scores[a] > scores[b]; });
        clustered_counts result;
        std::uint32_t rank = 0;
        for (std::size_t k = 0; k < order.size(); ++k) {
            const auto i = order[k];
            if (k > 0 && scores[order[k - 1]] != scores[i]) ++rank;
            result.entries_.push_back({rank, patient[i], truth[i] ? 1u : 0u, truth[i] ? 0u : 1u});
        }
        return result;
    }

    /// As facet::average_precision, each patient counted as often as drawn.
    [[nodiscard]] std::optional<double> average_precision(patient_weights weights) const {
        std::int64_t tp = 0, fp = 0;
        double area = 0;
        walk(weights, [&](std::int64_t positive, std::int64_t negative) {
            tp += positive;
            fp += negative;
            if (positive > 0) area += static_cast<double>(positive) * static_cast<double>(tp) / static_cast<double>(tp + fp);
        });
        if (tp == 0) return std::nullopt;
        return area / static_cast<double>(tp);
    }
    /// Won and all pairs of a positive and a negative; see exact::pair_count.
    [[nodiscard]] exact::pair_count pairs(patient_weights weights) const {
        std::int64_t tp = 0, fp = 0;
        double won = 0;
        walk(weights, [&](std::int64_t positive, std::int64_t negative) {
            won += static_cast<double>(negative) * (static_cast<double>(tp) + 0.5 * static_cast<double>(positive));
            tp += positive;
            fp += negative;
        });
        return {won, static_cast<double>(tp) * static_cast<double>(fp)};
    }
    [[nodiscard]] std::optional<double> roc_auc(patient_weights weights) const { return pairs(weights).auc(); }

private:
    struct entry {
        std::uint32_t rank = 0, patient = 0, positive = 0, negative = 0;
    };
    [[nodiscard]] static std::uint32_t narrowed(std::int64_t count) {
        if (count > std::numeric_limits<std::uint32_t>::max()) throw bad_input{"a patient has more than 4,294,967,295 pixels of one score; split the case"};
        return static_cast<std::uint32_t>(count);
    }
    template <class Visit> void walk(patient_weights weights, Visit&& visit) const {
        for (std::size_t i = 0; i < entries_.size();) {
            const auto rank = entries_[i].rank;
            std::int64_t positive = 0, negative = 0;
            for (; i < entries_.size() && entries_[i].rank == rank; ++i) {
                const std::int64_t weight = weights[entries_[i].patient];
                positive += weight * entries_[i].positive;
                negative += weight * entries_[i].negative;
            }
            visit(positive, negative);
        }
    }
    std::vector<entry> entries_;
};

/// Confusion counts per patient, at a fixed threshold.
struct clustered_confusion {
    std::vector<confusion> per_patient;

    [[nodiscard]] confusion total(patient_weights weights) const {
        confusion sum;
        for (std::size_t p = 0; p < per_patient.size(); ++p) {
            const auto& c = per_patient[p];
            const std::int64_t w = weights[p];
            sum += {.tp = w * c.tp, .fp = w * c.fp, .fn = w * c.fn, .tn = w * c.tn};
        }
        return sum;
    }
};

/// A 95 % percentile interval.
struct interval {
    double low = 0, high = 0;
    std::int64_t resamples = 0; ///< in which the statistic was defined
    std::int64_t undefined = 0; ///< in which it was not (a resample without positives, ...)
};

/// Draws patients with replacement. The draws depend on the seed and the number of patients only, so statistics of two scorers on the
/// same patients are paired resample by resample.
class patient_bootstrap {
public:
    explicit patient_bootstrap(std::size_t patients, std::size_t resamples = 2'000, std::uint64_t seed = 1)
        : patients_{patients}, resamples_{resamples}, weights_(patients * resamples) {
        if (patients == 0) throw bad_input{"a bootstrap needs at least one patient"};
        for (std::size_t r = 0; r < resamples; ++r) {
            rng::stream draw{rng::key(seed, 0xb007u, r)};
            for (std::size_t n = 0; n < patients; ++n) ++weights_[r * patients + draw.below(patients)];
        }
    }
    [[nodiscard]] std::size_t resamples() const { return resamples_; }
    [[nodiscard]] patient_weights weights(std::size_t resample) const { return {weights_.data() + resample * patients_, patients_}; }

    /// The statistic of every resample: `statistic(weights)` returns an optional.
    template <class Statistic>
    [[nodiscard]] std::vector<std::optional<double>> replicate(Statistic&& statistic) const {
        std::vector<std::optional<double>> values(resamples_);
        for (std::size_t r = 0; r < resamples_; ++r) values[r] = statistic(weights(r));
        return values;
    }
    /// Empty with fewer than two patients, or where the statistic was undefined in more than half of the resamples.
    template <class Statistic>
    [[nodiscard]] std::optional<interval> of(Statistic&& statistic) const {
        if (patients_ < 2) return std::nullopt;
        return percentiles(replicate(std::forward<Statistic>(statistic)));
    }
    [[nodiscard]] static std::optional<interval> percentiles(std::span<const std::optional<double>> replicates, double coverage = 0.95) {
        std::vector<double> values;
        for (const auto& value : replicates)
            if (value) values.push_back(*value);
        if (values.empty() || 2 * values.size() < replicates.size()) return std::nullopt;
        std::ranges::sort(values);
        const auto at = [&](double share) { // linear between order statistics, as numpy's default
            const double place = share * static_cast<double>(values.size() - 1);
            const auto below = static_cast<std::size_t>(place);
            const auto above = std::min(below + 1, values.size() - 1);
            return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
        };
        return interval{.low = at((1 - coverage) / 2), .high = at((1 + coverage) / 2), .resamples = static_cast<std::int64_t>(values.size()),
                        .undefined = static_cast<std::int64_t>(replicates.size() - values.size())};
    }

private:
    std::size_t patients_, resamples_;
    std::vector<std::uint32_t> weights_;
};

/// `f(a, b)` resample by resample, undefined where either is: differences and ratios of paired statistics.
template <class Combine>
[[nodiscard]] std::vector<std::optional<double>> paired(std::span<const std::optional<double>> a, std::span<const std::optional<double>> b, Combine&& f) {
    std::vector<std::optional<double>> result(std::min(a.size(), b.size()));
    for (std::size_t r = 0; r < result.size(); ++r)
        if (a[r] && b[r]) result[r] = f(*a[r], *b[r]);
    return result;
}

} // namespace facet
