// expect: augment::flip needs probabilities between 0 and 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::flip{.left_right = 50}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
