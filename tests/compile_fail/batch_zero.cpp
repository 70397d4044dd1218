// expect: budget needs batch > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, budget{.steps = 10, .batch = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
