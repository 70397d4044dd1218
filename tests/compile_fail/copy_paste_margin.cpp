// expect: augment::copy_paste needs a margin between 1 and 32 pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_batch{augment::copy_paste{.margin = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
