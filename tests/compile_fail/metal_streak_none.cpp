// expect: augment::metal_streak needs between 1 and 64 streaks
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::metal_streak{.streaks = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
