// expect: augment::nnunet_2d needs deviation > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::nnunet_2d{.deviation = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
