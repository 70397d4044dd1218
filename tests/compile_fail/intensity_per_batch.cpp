// expect: augment::per_batch takes operations that mix slices
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_batch{augment::gamma{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
