// expect: two policies for the role 'model'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, model::unet{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
