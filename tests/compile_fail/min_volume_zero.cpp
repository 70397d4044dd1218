// expect: postprocess::min_volume needs mm3 > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::min_volume{.mm3 = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
