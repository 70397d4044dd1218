// expect: loss::bce needs positive_weight > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::bce{.positive_weight = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
