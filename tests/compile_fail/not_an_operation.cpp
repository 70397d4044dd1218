// expect: per_slice and per_batch take augmentations
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{loss::bce{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
