// expect: sampler::sequences leaves a batch without sequences that hold a fracture, or without others
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::sequences{.length = 32}, budget{.batch = 32}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
