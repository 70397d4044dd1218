// expect: loss::focal needs positive_weight > 0 and negative_weight > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::focal{.negative_weight = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
