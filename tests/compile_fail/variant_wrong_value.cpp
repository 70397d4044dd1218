// expect: loss::focal needs exponent >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment base{"base", model::attention_unet{}};
constexpr auto bad = variants(base, one_of(loss::focal{.exponent = -1}, loss::bce{}));
int main(int argc, char** argv) { return compare<bad>(argc, argv); }
