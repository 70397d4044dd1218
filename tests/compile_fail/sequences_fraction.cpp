// expect: sampler::sequences needs 0 < positive_fraction < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::sequences{.positive_fraction = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
