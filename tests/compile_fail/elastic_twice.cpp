// expect: augment::chain takes one augment::elastic
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::elastic{}, augment::elastic{.fraction = 0.01}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
