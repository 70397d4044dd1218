// expect: augment::blur needs 0 <= low <= high <= 10, in pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::blur{.low = 2, .high = 1}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
