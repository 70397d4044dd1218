// expect: so its depth is at most 7
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", input::size{512}, model::residual_unet{.depth = 8}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
