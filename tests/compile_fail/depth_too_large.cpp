// expect: the side in input::size must be divisible by 2^depth
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{.depth = 9}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
