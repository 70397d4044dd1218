// expect: model::plain_conv_unet needs at least one convolution a level
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{.convolutions = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
