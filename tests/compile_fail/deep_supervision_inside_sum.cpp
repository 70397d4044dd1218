// expect: stands around the whole loss; write loss::deep_supervision{loss::sum{...}}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{}, loss::sum{loss::deep_supervision{}, loss::dice{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
