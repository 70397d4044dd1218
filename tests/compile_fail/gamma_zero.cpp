// expect: augment::gamma needs 0 < low <= high
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::gamma{.low = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
