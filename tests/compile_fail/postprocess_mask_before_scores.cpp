// expect: postprocess::keep_largest works on the mask and stands last
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::chain{postprocess::keep_largest{}, postprocess::fill_holes{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
