// expect: input::size needs a positive number of pixels
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::size{0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
