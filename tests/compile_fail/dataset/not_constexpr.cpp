// expect: declare the dataset `constexpr`, at namespace scope
#include <facet/dataset.hpp>
using namespace facet;
const dataset bad{"bad", slices::axial{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
