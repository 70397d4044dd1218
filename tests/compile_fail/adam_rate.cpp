// expect: optimizer::adam needs learning_rate > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::adam{.learning_rate = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
