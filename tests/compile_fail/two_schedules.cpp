// expect: two policies for the role 'schedule'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::poly{}, schedule::constant{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
