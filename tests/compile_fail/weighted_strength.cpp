// expect: sampler::weighted needs a strength from 0 (groups as they are) to 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::weighted{by::patient{}, 2}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
