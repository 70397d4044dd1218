// expect: metric::false_positives_per_volume has no worst value
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::false_positives_per_volume{.empty = empty::worst}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
