// expect: loss::deep_supervision takes a loss
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{}, loss::deep_supervision{metric::dice{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
