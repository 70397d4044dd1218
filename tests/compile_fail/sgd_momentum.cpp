// expect: optimizer::sgd needs momentum in [0, 1)
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::sgd{.momentum = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
