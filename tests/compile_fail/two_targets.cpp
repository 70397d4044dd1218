// expect: two policies for the role 'target'; keep one
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, target::masks{}, loss::boundary{}, target::distance_maps{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
