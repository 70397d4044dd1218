// expect: no error
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::sagittal{.size = 64, .pixel = millimetres{1.5}}, levels{27, 40}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
