// expect: augment::ct_noise needs a grain between 0 and 5 pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::ct_noise{.grain = 8}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
