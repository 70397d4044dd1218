// expect: sampler::hard_negatives leaves a batch without positives, hard negatives or other negatives
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::hard_negatives{}, budget{.batch = 2}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
