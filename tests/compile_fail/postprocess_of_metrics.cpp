// expect: postprocess::chain takes postprocess policies
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, postprocess::chain{metric::dice{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
