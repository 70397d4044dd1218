// expect: max_features must be at least its features
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::plain_conv_unet{.features = 64, .max_features = 32}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
