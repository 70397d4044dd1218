// expect: augment::ct_noise needs 0 < dose <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::ct_noise{.dose = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
