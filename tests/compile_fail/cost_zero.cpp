// expect: threshold::cost needs fp > 0 and fn > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::cost{.fp = 0, .fn = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
