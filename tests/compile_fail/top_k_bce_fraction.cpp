// expect: loss::top_k_bce needs 0 < fraction <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::top_k_bce{.fraction = 10}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
