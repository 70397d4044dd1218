// expect: two policies for the role 'optimizer'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, optimizer::sgd{}, optimizer::adamw{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
