// expect: loss::cl_dice needs 0 <= iterations <= 64
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::cl_dice{.iterations = -1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
