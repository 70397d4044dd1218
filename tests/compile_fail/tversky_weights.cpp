// expect: loss::tversky needs fp_weight > 0 and fn_weight > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::tversky{.fp_weight = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
