#pragma once

#include <string>

#include <facet/app/comparison_request.hpp>

namespace facet {

/// What a comparison has to say on the command line.
struct comparison_summary {
    bool interrupted = false;
    bool diverged = false; ///< a cell did; what could be compared is
    std::string table; ///< for people
    std::string line;  ///< comparison.json on one line
};

/// Compiled variants on the same folds, seeds and budget. A cell is one variant on one fold with one seed: an ordinary run in
/// OUT/LABEL/foldK_seedN.
template <class = void> struct comparison {
    /// Trains every cell that is not finished, judges each on its validation patients and on the test patients as `evaluate` does, and
    /// compares the variants whose cells are all there: OUT/comparison.json and comparison.html. A finished cell is left alone, an
    /// interrupted one is continued. Throws bad_input for an unknown label or fold, and for a cell that another recipe made.
    static comparison_summary run(const comparison_request& request);
    /// The cells and how far each is; changes nothing.
    static comparison_summary list(const comparison_request& request);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/app/comparison-inl.hpp>
#endif
