#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include <facet/data/cohort/kind.hpp>

/// A cohort of virtual patients: one real CT with vertebra labels, deformed, re-textured and, vertebra by vertebra, broken.
namespace facet {

struct cohort_options {
    std::filesystem::path out;                ///< CASES: one folder per patient is written into it, and vertebrae.csv: what each vertebra is shown as
    std::filesystem::path template_ct;        ///< Hounsfield units, any format of image_io
    std::filesystem::path template_vertebrae; ///< TotalSegmentator v2 (other organs are ignored) or VerSe numbers, on the CT's grid
    int patients = 0;
    std::uint64_t seed = 0;
    cohort_kind kind = cohort_kind::real;
    unsigned threads = 0;                     ///< 0: one per core; the result is the same for any number
    const std::atomic<bool>* interrupted = nullptr; ///< once true, patients begun are finished and no more are begun; the same options continue
    std::function<void(int)> progress;        ///< called with the number of patients written so far, from any thread, one at a time
};

/// What was written. Pixels are voxels of the written crops.
struct cohort_summary {
    int patients = 0;
    int vertebrae = 0;               ///< that can be samples
    int fractured = 0;               ///< drawn as broken (null and sham: where the real cohort has a fracture)
    int grade_drawn[4] = {};         ///< vertebrae by Genant grade 0 ... 3
    int grade_reached = 0;           ///< fractured ones whose grade measured on the written labels is the grade drawn; real cohorts only
    std::size_t voxels = 0;
    std::size_t fracture_voxels = 0;
    int reused = 0;                  ///< patients that were there already, made with the same options
    bool interrupted = false;
    double seconds_template = 0;     ///< reading and analysing the CT
    double seconds_patients = 0;     ///< wall time of all patients
};

template <class = void> struct cohort_maker {
    /// Throws bad_input for options or a template it cannot use, io_error where the system refuses; nothing half-written stays.
    static cohort_summary make(const cohort_options& options);
};

inline cohort_summary make_cohort(const cohort_options& options) { return cohort_maker<>::make(options); }

} // namespace facet

#ifndef FACET_COMPILED
#include <facet/data/cohort-inl.hpp>
#endif
