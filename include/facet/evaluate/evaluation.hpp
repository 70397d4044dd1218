#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <facet/evaluate/findings.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/named_metric.hpp>
#include <facet/evaluate/fitted_point.hpp>
#include <facet/evaluate/part.hpp>
#include <facet/evaluate/postprocessing.hpp>
#include <facet/evaluate/scores.hpp>
#include <facet/evaluate/trivial.hpp>

namespace facet {

/// Everything a judgement needs; no file is read, no network run.
struct evaluation_request {
    std::string experiment;
    std::string data;                       ///< store::data_statement()
    std::string part = "test";              ///< "test", "validation" or "all"
    std::string checkpoint;                 ///< file name of the weights
    std::string dataset_hash;               ///< store::content_hash()
    slice_stack stack;
    std::vector<std::uint32_t> judged;      ///< slices of the part
    std::vector<std::uint32_t> training;    ///< slices of the training patients; empty: no trivial scorers
    const scores* network = nullptr;        ///< finished, on `judged`
    const mask_findings* findings = nullptr; ///< the final masks of `judged`; without them nothing is said of surfaces and lesions
    std::optional<postprocess_choice> postprocess; ///< fitted on validation; the findings are after it

    double pixel_threshold = 0.5;           ///< on the probability, frozen
    std::string pixel_objective = "fixed";
    std::string pixel_fitted_on = "validation";
    std::optional<double> pixel_objective_value;
    bool pixel_at_edge = false;
    fitted_points points;                ///< fitted on validation, see fit_points
    std::string point_objective = "youden"; ///< what their search maximised
    std::vector<named_metric> metrics;      ///< beyond those always reported

    std::size_t resamples = 2'000;
    std::uint64_t seed = 1;
};

/// What `evaluate` writes.
struct evaluation_result {
    std::string json;       ///< evaluation.json
    std::string line;       ///< the same on one line
    std::string table;      ///< for people
    std::string scores_csv; ///< scores.csv: level,patient,vertebra,slice,score,truth
    std::string curves;     ///< curves.json: what a report draws
};

/// Fits the three operating points on validation scores: `scores`, or `of_part<part::validation, scores>`.
template <std::derived_from<scores> Scores> [[nodiscard]] fitted_points fit_points(const Scores& validation, threshold_search search);

/// Judges at pixel, slice, vertebra and patient level, and by vertebra level, beside the trivial scorers; intervals resample patients.
/// A template only so that it can be header-only and compiled once from one source.
template <class = void> struct evaluation {
    static evaluation_result judge(const evaluation_request& request);
    /// The operating points and the pixel threshold that an evaluation.json holds; throws bad_input naming `origin`.
    static fitted_points stored_points(const std::string& json, const std::string& origin, const std::string& checkpoint);
    /// The postprocess and its threshold that an evaluation.json holds, for an experiment that postprocesses by `steps`. Throws bad_input
    /// naming `origin` where it holds none or another.
    static postprocess_choice stored_postprocess(const std::string& json, const std::string& origin, const postprocess::steps& steps);
};

/// Scores, truths, patients and levels of the slices, vertebrae or patients of one scorer, ready for ranking. Where every pixel was
/// ignored there is no score; `undefined` counts those.
struct judged_items {
    std::vector<double> score;
    std::vector<std::uint8_t> truth;
    std::vector<std::uint32_t> patient;
    std::vector<int> level;
    std::int64_t undefined = 0;

    void add(const top_scores& top, bool fracture, std::size_t patient_place, int vertebra_level) {
        const auto s = top.score();
        if (!s) {
            ++undefined;
            return;
        }
        score.push_back(*s);
        truth.push_back(fracture);
        patient.push_back(static_cast<std::uint32_t>(patient_place));
        level.push_back(vertebra_level);
    }
    [[nodiscard]] static judged_items slices(const scores& s) {
        judged_items items;
        for (const auto& one : s.slices()) items.add(one.top, one.truth, s.vertebrae()[one.vertebra].patient_place, s.vertebrae()[one.vertebra].level);
        return items;
    }
    [[nodiscard]] static judged_items vertebrae(const scores& s) {
        judged_items items;
        for (const auto& one : s.vertebrae()) items.add(one.top, one.truth, one.patient_place, one.level);
        return items;
    }
    [[nodiscard]] static judged_items patients(const scores& s) {
        judged_items items;
        for (std::size_t p = 0; p < s.patients().size(); ++p) items.add(s.patients()[p].top, s.patients()[p].truth, p, 0);
        return items;
    }
    /// Those of one vertebra level.
    [[nodiscard]] judged_items at_level(int wanted) const {
        judged_items items;
        for (std::size_t i = 0; i < score.size(); ++i) {
            if (level[i] != wanted) continue;
            items.score.push_back(score[i]);
            items.truth.push_back(truth[i]);
            items.patient.push_back(patient[i]);
            items.level.push_back(wanted);
        }
        return items;
    }
};

template <std::derived_from<scores> Scores> fitted_points fit_points(const Scores& validation, threshold_search search) {
    static_assert(sizeof(detail::may_be_fitted_on<Scores>) > 0);
    const auto fit = [search](const judged_items& items) { return fit_point(items.score, items.truth, search); };
    return {.slice = fit(judged_items::slices(validation)),
            .vertebra = fit(judged_items::vertebrae(validation)),
            .patient = fit(judged_items::patients(validation))};
}

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/evaluate/evaluation-inl.hpp>
#endif
