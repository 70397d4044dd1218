#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/evaluate/bootstrap.hpp>
#include <facet/evaluate/evaluation.hpp>
#include <facet/evaluate/scores.hpp>
#include <facet/metric/dice.hpp>

/// Differences between variants on the same patients, with what chance alone would give them.
namespace facet {

/// What variants are compared by.
enum class measure { pixel_pr_auc, pixel_dice, vertebra_roc_auc };
inline constexpr std::array measures{measure::pixel_pr_auc, measure::pixel_dice, measure::vertebra_roc_auc};

[[nodiscard]] constexpr std::string_view key_of(measure m) {
    return m == measure::pixel_pr_auc ? "pixel_pr_auc" : m == measure::pixel_dice ? "pixel_dice" : "vertebra_roc_auc";
}
[[nodiscard]] constexpr std::string_view title_of(measure m) {
    return m == measure::pixel_pr_auc ? "pixel PR-AUC" : m == measure::pixel_dice ? "pixel Dice" : "vertebra ROC-AUC";
}

/// The scores of one run on one part of a store, ready to be taken again with other weights of the patients.
class judged_run {
public:
    /// `threshold` is the run's stored pixel threshold.
    judged_run(const scores& judged, double threshold) : pixels_{clustered_counts::pixels(judged)}, vertebrae_{vertebrae_of(judged)} {
        at_threshold_.per_patient.resize(judged.patients().size());
        const auto bin = score_histogram::bin_of_probability(threshold);
        for (const auto& v : judged.vertebrae())
            for (const auto& e : v.pixels.entries()) {
                auto& c = at_threshold_.per_patient[v.patient_place];
                (e.bin >= bin ? c.tp : c.fn) += e.positive;
                (e.bin >= bin ? c.fp : c.tn) += e.negative;
            }
        for (const auto& p : judged.patients()) patients_.push_back(p.patient);
    }
    [[nodiscard]] std::span<const std::string> patients() const { return patients_; }

    /// Empty where undefined: no positive pixel, no pair of a broken and a whole vertebra.
    [[nodiscard]] std::optional<double> operator()(measure m, patient_weights weights) const {
        switch (m) {
        case measure::pixel_pr_auc: return pixels_.average_precision(weights);
        case measure::pixel_dice: return metric::dice{}(at_threshold_.total(weights));
        case measure::vertebra_roc_auc: return vertebrae_.roc_auc(weights);
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<double> operator()(measure m) const { return (*this)(m, std::vector<std::uint32_t>(patients_.size(), 1)); }

private:
    static clustered_counts vertebrae_of(const scores& judged) {
        const auto items = judged_items::vertebrae(judged);
        return clustered_counts::items(items.score, items.truth, items.patient);
    }
    clustered_counts pixels_, vertebrae_;
    clustered_confusion at_threshold_;
    std::vector<std::string> patients_;
};

/// One statistic of one run: as observed, and in each resample of the patients.
struct replicated {
    std::optional<double> value;
    std::vector<std::optional<double>> resamples;
};

/// The same resamples for every variant, because they depend on the seed and the number of patients only.
[[nodiscard]] inline replicated replicate(const judged_run& run, measure m, std::size_t resamples, std::uint64_t seed) {
    const patient_bootstrap bootstrap{run.patients().size(), resamples, seed};
    return {.value = run(m), .resamples = run.patients().size() < 2 ? std::vector<std::optional<double>>(resamples) : bootstrap.replicate([&](patient_weights w) { return run(m, w); })};
}

/// Run by run and resample by resample, undefined where either is.
[[nodiscard]] inline replicated minus(const replicated& a, const replicated& b) {
    return {.value = a.value && b.value ? std::optional{*a.value - *b.value} : std::nullopt,
            .resamples = paired(std::span{a.resamples}, std::span{b.resamples}, [](double x, double y) { return x - y; })};
}

/// A mean over runs; runs in which the statistic is undefined are counted, never averaged as 0.
struct mean_of_runs {
    std::optional<double> value;
    std::int64_t n = 0, undefined = 0;
    std::optional<double> spread;  ///< standard deviation between runs (folds and seeds)
    std::int64_t above_zero = 0;   ///< runs with a value above 0
    std::vector<std::optional<double>> resamples;
};

[[nodiscard]] inline mean_of_runs mean_over(std::span<const replicated> runs) {
    const auto mean = [](const auto& values) -> std::optional<double> {
        double sum = 0;
        std::int64_t n = 0;
        for (const std::optional<double>& v : values)
            if (v) sum += *v, ++n;
        return n > 0 ? std::optional{sum / static_cast<double>(n)} : std::nullopt;
    };
    std::vector<std::optional<double>> values;
    for (const auto& r : runs) values.push_back(r.value);
    mean_of_runs out;
    out.value = mean(values);
    double squares = 0;
    for (const auto& v : values)
        if (v) ++out.n, out.above_zero += *v > 0, squares += (*v - *out.value) * (*v - *out.value);
    out.undefined = static_cast<std::int64_t>(values.size()) - out.n;
    if (out.n > 1) out.spread = std::sqrt(squares / static_cast<double>(out.n - 1));
    for (std::size_t r = 0; !runs.empty() && r < runs.front().resamples.size(); ++r) {
        // Of the same runs as the value itself: left-out folds would make another statistic of it.
        std::vector<std::optional<double>> one;
        bool whole = true;
        for (const auto& run : runs) {
            if (!run.value) continue;
            whole = whole && run.resamples[r].has_value();
            one.push_back(run.resamples[r]);
        }
        out.resamples.push_back(whole ? mean(one) : std::nullopt);
    }
    return out;
}

/// Intervals that hold all the differences of a family at once in 95 % of studies, so that the largest of several is not taken for an
/// effect: difference +- c x its standard error, where c is the 95 % quantile over the resamples of the largest |deviation| / standard
/// error in the family (single-step maxT; Westfall and Young, Resampling-Based Multiple Testing, 1993, section 2.3). Empty for a difference
/// that is undefined, or of which more than half of the resamples are; and for all where there are fewer than two resamples.
[[nodiscard]] inline std::vector<std::optional<interval>> simultaneous(std::span<const mean_of_runs> family, double coverage = 0.95) {
    std::vector<std::optional<double>> error(family.size());
    std::size_t resamples = 0;
    for (std::size_t k = 0; k < family.size(); ++k) {
        const auto& f = family[k];
        resamples = std::max(resamples, f.resamples.size());
        double sum = 0, squares = 0, n = 0;
        for (const auto& r : f.resamples)
            if (r) sum += *r, ++n;
        if (!f.value || n < 2 || 2 * n < static_cast<double>(f.resamples.size())) continue;
        for (const auto& r : f.resamples)
            if (r) squares += (*r - sum / n) * (*r - sum / n);
        error[k] = std::sqrt(squares / (n - 1));
    }
    std::vector<std::optional<double>> largest(resamples);
    for (std::size_t r = 0; r < resamples; ++r)
        for (std::size_t k = 0; k < family.size(); ++k) {
            if (!error[k] || !family[k].resamples[r]) continue;
            const double away = std::abs(*family[k].resamples[r] - *family[k].value);
            const double t = *error[k] > 0 ? away / *error[k] : 0; // no spread at all: equal runs
            if (!largest[r] || t > *largest[r]) largest[r] = t;
        }
    std::vector<std::optional<interval>> out(family.size());
    const auto bound = patient_bootstrap::percentiles(largest, 2 * coverage - 1); // whose upper end is the `coverage` quantile
    for (std::size_t k = 0; k < family.size(); ++k)
        if (bound && error[k]) out[k] = interval{*family[k].value - bound->high * *error[k], *family[k].value + bound->high * *error[k], bound->resamples, bound->undefined};
    return out;
}

/// Throws bad_input unless both were judged on the same patients in the same order: differences of other pairs would mean nothing.
inline void require_same_patients(const judged_run& a, const judged_run& b, const std::string& what) {
    if (!std::ranges::equal(a.patients(), b.patients())) throw bad_input{what + " were judged on different patients; the store or its split has changed between them"};
}

} // namespace facet
