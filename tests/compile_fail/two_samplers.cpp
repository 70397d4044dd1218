// expect: two policies for the role 'sampler'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::natural{}, sampler::balanced{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
