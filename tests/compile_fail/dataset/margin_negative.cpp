// expect: crop::vertebra_box{.margin} is a length
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", crop::vertebra_box{.margin = millimetres{-1}}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
