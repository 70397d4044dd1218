// expect: augment::gaussian_noise needs hu >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::gaussian_noise{.hu = -20}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
