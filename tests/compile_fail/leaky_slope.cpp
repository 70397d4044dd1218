// expect: activation::leaky_relu needs 0 < slope < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.activation = activation::leaky_relu{.slope = 1}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
