// expect: two policies for the role 'slices'
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::axial{}, slices::coronal{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
