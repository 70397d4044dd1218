// expect: loss::jaccard needs smooth > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::jaccard{.smooth = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
