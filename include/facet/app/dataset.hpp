#pragma once

#include <facet/data/dataset.hpp>

namespace facet {

/// The command line of a dataset recipe: phantom, cohort, prepare, analyze, check, split, describe.
template <class = void> struct dataset_application {
    static int run(const dataset_plan& recipe, int argc, char** argv);
};

} // namespace facet
