// expect: postprocess::min_area needs mm2 > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::min_area{.mm2 = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
