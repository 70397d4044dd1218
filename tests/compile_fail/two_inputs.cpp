// expect: two policies for the role 'input'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::windows{hu{0, 1800}}, input::windows{hu{-160, 240}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
