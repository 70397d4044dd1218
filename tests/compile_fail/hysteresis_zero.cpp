// expect: postprocess::hysteresis needs logits > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::hysteresis{.logits = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
