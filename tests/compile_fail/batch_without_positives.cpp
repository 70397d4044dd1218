// expect: leaves a batch without positives or without negatives
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::balanced{.positive_fraction = 0.1}, budget{.steps = 10, .batch = 4}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
