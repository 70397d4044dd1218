// expect: needs 0 < decay <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{}, loss::deep_supervision{.decay = 2}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
