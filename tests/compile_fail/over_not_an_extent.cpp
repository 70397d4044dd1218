// expect: `over` is per::batch{} or per::sample{}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::dice{.over = true}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
