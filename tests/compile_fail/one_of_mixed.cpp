// expect: one_of(...) lists alternatives for one role
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment base{"base", model::attention_unet{}};
constexpr auto bad = variants(base, one_of(loss::bce{}, sampler::natural{}));
int main(int argc, char** argv) { return compare<bad>(argc, argv); }
