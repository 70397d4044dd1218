// expect: norm::instance needs more than one pixel at the bottom
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", input::size{64}, model::plain_conv_unet{.depth = 6}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
