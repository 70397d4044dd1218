// expect: slices::axial{.step} is a length
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::axial{.step = millimetres{-1}}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
