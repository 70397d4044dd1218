// expect: split::patients needs two folds or more, because one fold leaves nothing to train on; write .folds = 0 for any number
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, split::patients{.folds = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
