// expect: an argument of experiment{...} is not a policy
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, 42};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
