// expect: two policies for the role 'augment'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::flip{}}}, augment::chain{augment::per_slice{augment::gamma{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
