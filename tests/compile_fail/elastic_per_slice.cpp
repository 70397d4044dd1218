// expect: a geometric operation inside augment::per_slice breaks the continuity
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_slice{augment::elastic{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
