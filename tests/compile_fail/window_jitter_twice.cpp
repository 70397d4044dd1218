// expect: augment::chain takes one augment::window_jitter
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::window_jitter{}, augment::window_jitter{.level = 10}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
