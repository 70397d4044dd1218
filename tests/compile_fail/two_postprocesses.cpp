// expect: two policies for the role 'postprocess'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::fill_holes{}, postprocess::keep_largest{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
