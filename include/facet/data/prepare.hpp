#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <facet/data/slicing.hpp>

namespace facet {

struct prepare_options {
    std::filesystem::path cases;                      ///< a folder per patient, an nnU-Net raw dataset, or a CSV
    std::filesystem::path store;                      ///< must not exist; its work folder STORE.work is kept when interrupted, and continued from
    unsigned threads = 0;                             ///< 0: one per core
    double memory = 0;                                ///< GiB that cases in progress may take together; 0: half of what is free
    bool quiet = false;                               ///< no progress
    const std::atomic<bool>* interrupted = nullptr;   ///< turns true: stop soon
};

struct prepare_summary {
    std::size_t patients = 0, vertebrae = 0, slices = 0, positive_slices = 0, reused = 0;
    std::uint64_t fracture_pixels = 0;
    std::vector<std::pair<std::string, int>> left_out; ///< patient, vertebra: cut by the border of the scan
    std::string data, content_hash;
    double seconds = 0;
    bool interrupted = false;                         ///< no store was written; finished cases are kept
};

/// Scans to a store.
template <class = void> struct preparation {
    /// `recipe` is what dataset.json will say, `values` the same as values. Throws bad_input naming the case that cannot be used.
    static prepare_summary run(const std::string& recipe, const slicing& values, const prepare_options& options);
};

} // namespace facet

#ifndef FACET_COMPILED
#include <facet/data/prepare-inl.hpp>
#endif
