// expect: put each augmentation into one of them
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::rotate{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
