// expect: optimizer::adam needs eps > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::adam{.eps = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
