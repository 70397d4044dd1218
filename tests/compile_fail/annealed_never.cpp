// expect: sampler::annealed needs 0 < natural_from <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::annealed{.natural_from = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
