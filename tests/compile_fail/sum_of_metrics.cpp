// expect: loss::sum and loss::weighted take losses
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::sum{loss::dice{}, metric::dice{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
