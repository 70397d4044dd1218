#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include <facet/data/store.hpp>

namespace facet {

/// Logits [S*S] of each of these slices of a store (row by row), without augmentation.
using slice_logits = std::function<std::vector<std::vector<float>>(std::span<const std::uint32_t> slices)>;

/// Writes the report of a run for people.
template <class = void> struct reporter {
    /// Writes RUN/report.html, one file that needs no other, and its figures again as RUN/figures/*.svg and *.png.
    ///
    /// Shows what the folder holds: run.json and metrics.jsonl make the training part; evaluation.json, curves.json and scores.csv the
    /// rest. With `data` and `logits` it also shows slices with the contours of truth and prediction. Throws io_error, or bad_input naming
    /// a file that is damaged.
    static void write(const std::filesystem::path& run, const store* data = nullptr, const slice_logits& logits = {});
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/report/reporter-inl.hpp>
#endif
