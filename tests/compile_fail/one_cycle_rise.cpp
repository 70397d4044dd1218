// expect: schedule::one_cycle needs 0 < rise < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::one_cycle{.rise = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
