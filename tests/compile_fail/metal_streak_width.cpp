// expect: augment::metal_streak needs width > 0, in pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::metal_streak{.width = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
