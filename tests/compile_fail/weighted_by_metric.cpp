// expect: sampler::weighted groups slices by a rule
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::weighted{metric::f1{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
