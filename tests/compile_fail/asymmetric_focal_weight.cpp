// expect: loss::asymmetric_focal needs 0 < positive_weight < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::asymmetric_focal{.positive_weight = 10}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
