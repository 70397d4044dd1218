// expect: a model needs at least 2 features
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet_plus_plus{.features = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
