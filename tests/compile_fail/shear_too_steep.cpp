// expect: augment::shear needs degrees between 0 and 45
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::shear{.left_right = 60}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
