// expect: add target::distance_maps{} to the experiment
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment base{"base", model::attention_unet{}};
constexpr auto bad = variants(base, one_of(loss::dice{}, loss::boundary{}));
int main(int argc, char** argv) { return compare<bad>(argc, argv); }
