// expect: loss::unified_focal needs 0 <= exponent < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::unified_focal{.exponent = 2}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
