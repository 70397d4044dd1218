// expect: loss::unified_focal needs weights >= 0, not both 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::unified_focal{.focal_weight = 0, .tversky_weight = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
