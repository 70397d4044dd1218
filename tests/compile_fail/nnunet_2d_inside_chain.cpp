// expect: augment::chain takes augment::per_vertebra{...}, augment::per_slice{...} and augment::per_batch{...}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::nnunet_2d{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
