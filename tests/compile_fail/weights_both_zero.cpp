// expect: loss::dice_bce needs weights >= 0, not both 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::dice_bce{.dice_weight = 0, .bce_weight = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
