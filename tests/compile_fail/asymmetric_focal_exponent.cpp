// expect: loss::asymmetric_focal needs exponent >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::asymmetric_focal{.exponent = -1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
