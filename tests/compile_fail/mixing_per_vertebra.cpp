// expect: an operation that mixes slices works on whole batches
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::cutmix{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
