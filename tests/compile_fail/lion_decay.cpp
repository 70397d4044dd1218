// expect: optimizer::lion needs weight_decay >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::lion{.weight_decay = -0.01}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
