// expect: the first argument of dataset{...} is its name
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{slices::axial{}, levels{27, 40}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
