// expect: slices::coronal{.size} is the side of a slice in pixels
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::coronal{.size = 8}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
