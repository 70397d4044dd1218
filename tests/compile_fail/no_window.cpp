// expect: input::windows needs at least one window
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::windows{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
