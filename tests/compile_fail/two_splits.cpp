// expect: two policies for the role 'split'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, split::patients{}, split::patients{.folds = 5}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
