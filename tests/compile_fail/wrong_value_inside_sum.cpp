// expect: loss::focal needs exponent >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::sum{loss::dice{}, loss::weighted{loss::focal{.exponent = -1}, 2}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
