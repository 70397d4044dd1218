// expect: loss::hausdorff_dt needs exponent > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, target::distance_maps{}, loss::hausdorff_dt{.exponent = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
