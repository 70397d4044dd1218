// expect: an argument of dataset{...} is not a policy
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", millimetres{5}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
