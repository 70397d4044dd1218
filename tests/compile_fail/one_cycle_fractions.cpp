// expect: schedule::one_cycle needs first_fraction in (0, 1] and final_fraction in [0, 1]
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::one_cycle{.first_fraction = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
