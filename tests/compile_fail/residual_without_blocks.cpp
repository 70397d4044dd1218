// expect: at least one block at each of its depth + 1 levels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::residual_unet{.depth = 4, .blocks = {1, 2, 2}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
