// expect: sampler::hard_negatives scores slices as they were trained on
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::hard_negatives{}, augment::chain{augment::per_batch{augment::cutmix{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
