#pragma once

#include <filesystem>
#include <string>

#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

struct predict_options {
    std::filesystem::path run;        ///< a folder that `train` made
    std::filesystem::path ct;         ///< NIfTI, NRRD, MHA or a folder with a DICOM series
    std::filesystem::path vertebrae;  ///< vertebra labels on the CT's grid
    std::filesystem::path out;        ///< made if it is not there
    std::string labels;               ///< totalsegmentator or verse; empty: the scheme of the run's dataset
    device_options where;
};

/// What a prediction has to say on the command line.
struct prediction_summary {
    std::filesystem::path file; ///< the prediction.json written
    std::string table;          ///< for people; opens with the data statement
    std::string line;           ///< prediction.json on one line
};

template <class = void> struct predictor {
    /// Cuts the vertebrae of a scan as the run's dataset was cut, scores the slices with the run's best checkpoint, and writes
    /// probability.nii.gz (float32, as the network gives it), mask.nii.gz (uint8, postprocessed probability >= the pixel threshold), both on the CT's
    /// own grid, prediction.png with one slice of every vertebra, and prediction.json with the scores. Throws bad_input naming what cannot be used; then nothing is written.
    static prediction_summary predict(const plan& p, const predict_options& options);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/predict/predictor-inl.hpp>
#endif
