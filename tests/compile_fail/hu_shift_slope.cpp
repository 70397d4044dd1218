// expect: augment::hu_shift needs 0 <= slope < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::hu_shift{.slope = 1}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
