// expect: levels{first, last} are TotalSegmentator numbers
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", levels{40, 27}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
