// expect: augment::low_resolution needs 0 < low <= high <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::low_resolution{.high = 2}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
