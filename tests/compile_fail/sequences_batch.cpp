// expect: sampler::sequences needs a budget{.batch} that is a multiple of length
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::sequences{.length = 6}, budget{.batch = 32}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
