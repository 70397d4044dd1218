// expect: loss::asymmetric_focal_tversky needs exponent > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::asymmetric_focal_tversky{.exponent = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
