// expect: a model's .activation takes activation::relu{}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.activation = norm::batch{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
