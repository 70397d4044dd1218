// expect: budget needs a batch that accumulate divides
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, budget{.batch = 32, .accumulate = 5}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
