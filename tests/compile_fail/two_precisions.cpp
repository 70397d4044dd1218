// expect: two policies for the role 'precision'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, precision::fp32{}, precision::bf16{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
