// expect: optimizer::rmsprop needs learning_rate > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::rmsprop{.learning_rate = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
