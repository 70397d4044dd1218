// expect: threshold::sensitivity_at_least needs 0 < value <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::sensitivity_at_least{.value = 95}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
