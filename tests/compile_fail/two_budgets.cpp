// expect: two policies for the role 'budget'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, budget{.steps = 1000}, budget{.batch = 16}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
