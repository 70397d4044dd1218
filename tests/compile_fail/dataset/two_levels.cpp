// expect: two policies for the role 'levels'
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", levels{27, 31}, levels{32, 40}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
