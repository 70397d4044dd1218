#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

struct inspect_options {
    std::filesystem::path out; ///< the PNG
    std::size_t fold = 0;
    std::uint64_t seed = 1;
    std::int64_t step = 0;     ///< the optimiser step whose batch is shown
};

/// Shows what the network sees.
template <class = void> struct inspector {
    /// Writes one picture: slices of one training batch as stored, and augmented in each window with mask contours; below them
    /// consecutive slices of one vertebra, which must move together.
    static void write(const plan& p, const store& data, const inspect_options& options);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/report/inspector-inl.hpp>
#endif
