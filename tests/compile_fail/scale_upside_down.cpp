// expect: augment::scale needs 0 < low <= high
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::scale{.low = 2, .high = 1}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
