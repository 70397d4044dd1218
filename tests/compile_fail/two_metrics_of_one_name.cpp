// expect: two metrics of metric::set{...} have one name
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::f_beta{.beta = 1}, metric::f_beta{.beta = 2}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
