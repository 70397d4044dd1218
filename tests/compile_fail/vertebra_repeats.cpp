// expect: sampler::vertebra needs fracture_repeats >= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::vertebra{.fracture_repeats = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
