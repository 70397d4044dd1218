// expect: sampler::weighted needs 0 < positive_fraction < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::weighted{by::level{}, 1, 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
