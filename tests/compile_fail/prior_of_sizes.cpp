// expect: prior::of_pixels takes fractures to be as large in training as they are
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, sampler::weighted{by::lesion_size{}}, prior::of_pixels{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
