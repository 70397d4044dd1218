// expect: slices::sagittal{.pixel} is the side of a pixel
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::sagittal{.pixel = millimetres{0}}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
