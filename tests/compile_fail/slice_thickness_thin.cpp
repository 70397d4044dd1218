// expect: augment::slice_thickness needs between 1 and 32 pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::slice_thickness{.pixels = 0.5}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
