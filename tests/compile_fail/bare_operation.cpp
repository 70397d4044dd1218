// expect: a metric or an augmentation cannot stand alone
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::per_vertebra{augment::rotate{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
