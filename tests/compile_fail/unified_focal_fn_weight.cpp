// expect: loss::unified_focal needs 0 < fn_weight < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::unified_focal{.fn_weight = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
