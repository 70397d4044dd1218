// expect: optimizer::sgd needs clip_norm >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::sgd{.clip_norm = -1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
