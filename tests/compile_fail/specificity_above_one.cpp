// expect: metric::sensitivity_at_specificity needs 0 <= specificity <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::sensitivity_at_specificity{.specificity = 95}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
