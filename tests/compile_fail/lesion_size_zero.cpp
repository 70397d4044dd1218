// expect: by::lesion_size needs finest > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::weighted{by::lesion_size{.finest = 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
