// expect: slices::coronal{.step} is a length
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", slices::coronal{.step = millimetres{-1}}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
