// expect: two policies for the role 'scale'
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", scale::constant{}, scale::fit{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
