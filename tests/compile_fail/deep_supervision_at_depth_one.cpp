// expect: needs a model with several heads
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{.depth = 1}, loss::deep_supervision{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
