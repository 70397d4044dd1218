// expect: the first argument of experiment{...} is its name
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{model::attention_unet{}, loss::bce{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
