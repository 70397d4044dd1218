// expect: a model's .norm takes norm::batch{}, norm::instance{} or norm::group{}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.norm = activation::relu{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
