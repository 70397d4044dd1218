// expect: optimizer::lion needs beta1 and beta2 in [0, 1)
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::lion{.beta1 = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
