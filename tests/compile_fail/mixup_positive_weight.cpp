// expect: a positive_weight moves the least loss away
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::bce{.positive_weight = 5}, augment::chain{augment::per_batch{augment::mixup{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
