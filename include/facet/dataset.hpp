#pragma once

/// Everything a dataset recipe needs.

#include <facet/app/dataset.hpp>
#include <facet/core/error.hpp>
#include <facet/core/units.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/dataset.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/slices.hpp>

namespace facet {

/// The command line of one dataset recipe: phantom, cohort, prepare, analyze, check, split, describe. Returns the process's exit code.
template <const auto& d> int run_dataset(int argc, char** argv) {
    if constexpr (check_dataset<d>()) return dataset_application<>::run(dataset_plan_of<d>, argc, argv);
    else return static_cast<int>(exit_code::bad_input);
}

} // namespace facet

#ifndef FACET_COMPILED
#include <facet/app/dataset-inl.hpp>
#endif
