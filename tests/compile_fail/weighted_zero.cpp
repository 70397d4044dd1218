// expect: loss::weighted needs weight > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
