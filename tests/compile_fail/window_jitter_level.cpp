// expect: augment::window_jitter needs level >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::window_jitter{.level = -30}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
