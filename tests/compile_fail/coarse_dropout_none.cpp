// expect: augment::coarse_dropout needs between 1 and 32 rectangles
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::coarse_dropout{.rectangles = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
