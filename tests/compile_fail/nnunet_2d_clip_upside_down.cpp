// expect: augment::nnunet_2d needs clip{low, high} with low < high
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::nnunet_2d{.clip = {-160, -1000}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
