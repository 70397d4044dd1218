// expect: metric::f_beta needs beta > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::exact{metric::f_beta{.beta = 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
