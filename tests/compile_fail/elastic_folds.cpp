// expect: augment::elastic could fold the slice over itself
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::elastic{.fraction = 0.2}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
