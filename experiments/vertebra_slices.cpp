// vertebra_slices: axial slices of each vertebra, 256 x 256 at 0.5 mm.
#include <facet/dataset.hpp>

using namespace facet;

constexpr dataset vertebra_slices{
    "vertebra_slices",
    labels::totalsegmentator{},
    levels{27, 40},
    crop::vertebra_box{.margin = millimetres{5}},
    slices::axial{.size = 256, .pixel = millimetres{0.5}, .step = native},
};

int main(int argc, char** argv) { return run_dataset<vertebra_slices>(argc, argv); }
