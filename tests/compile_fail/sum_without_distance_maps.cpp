// expect: add target::distance_maps{} to the experiment
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::sum{loss::dice{}, loss::weighted{loss::hausdorff_dt{}, 0.001}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
