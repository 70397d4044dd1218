// expect: model::attention_unet needs at least 2 features
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{.features = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
