// expect: schedule::reduce_on_plateau needs min_change >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::reduce_on_plateau{.min_change = -0.01}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
