// expect: slices::sagittal{.size} is the side of a slice in pixels
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::sagittal{.size = 4}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
