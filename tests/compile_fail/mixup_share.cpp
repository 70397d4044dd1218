// expect: augment::mixup needs 0 <= largest_share <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_batch{augment::mixup{.largest_share = 50}}}, loss::bce{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
