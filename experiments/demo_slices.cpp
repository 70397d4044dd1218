// demo_slices: sagittal slices of each vertebra, 64 x 64 at 1.6 mm, for training on a CPU.
#include <facet/dataset.hpp>

using namespace facet;

constexpr dataset demo_slices{
    "demo_slices",
    labels::totalsegmentator{},
    levels{27, 40},
    crop::vertebra_box{.margin = millimetres{5}},
    slices::sagittal{.size = 64, .pixel = millimetres{1.6}, .step = millimetres{2.1}},
};

int main(int argc, char** argv) { return run_dataset<demo_slices>(argc, argv); }
