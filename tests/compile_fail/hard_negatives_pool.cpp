// expect: sampler::hard_negatives needs 0 < pool <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::hard_negatives{.pool = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
