#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

struct evaluate_options {
    std::filesystem::path run;       ///< a folder that `train` made
    std::filesystem::path data;      ///< the store it was trained on; with `stored_thresholds`, any store of the same slice size
    std::string split = "test";      ///< test, val, or all (every patient of another store)
    bool stored_thresholds = false;  ///< take the thresholds of slices, vertebrae and patients from RUN/evaluation.json
    std::filesystem::path out;       ///< empty: the run's folder, or RUN/elsewhere/NAME for another store
    std::size_t resamples = 2'000;   ///< of the patient bootstrap
    device_options where;
};

/// What an evaluation has to say on the command line.
struct evaluation_summary {
    std::filesystem::path file; ///< the evaluation.json written
    std::string table;          ///< for people; opens with the data statement
    std::string line;           ///< evaluation.json on one line
};

template <class = void> struct evaluator {
    /// Judges the best checkpoint of a run on one part of a store: scores its slices, unaugmented and at their natural prevalence, fits the
    /// thresholds of slices, vertebrae and patients on the validation part, fits the trivial scorers on the training part, and writes
    /// evaluation.json, curves.json and scores.csv. The pixel threshold is the checkpoint's; an experiment that postprocesses has postprocess and
    /// threshold fitted together on the validation part. Throws bad_input for a store the run does not
    /// know, an unknown part, or thresholds that were never stored.
    static evaluation_summary evaluate(const plan& p, const evaluate_options& options);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/evaluate/evaluator-inl.hpp>
#endif
