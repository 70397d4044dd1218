// expect: `probability` of an augmentation lies between 0 and 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::blur{.probability = 20}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
