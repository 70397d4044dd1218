// expect: augment::coarse_dropout needs 0 <= low <= high < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::coarse_dropout{.high = 1}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
