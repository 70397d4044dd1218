// expect: sampler::sequences needs length >= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::sequences{.length = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
