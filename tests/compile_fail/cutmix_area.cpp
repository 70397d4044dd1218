// expect: augment::cutmix needs 0 <= largest_area <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_batch{augment::cutmix{.largest_area = 2}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
