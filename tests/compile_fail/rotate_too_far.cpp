// expect: augment::rotate needs degrees between 0 and 180
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::rotate{.degrees = 360}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
