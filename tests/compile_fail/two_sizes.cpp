// expect: two policies for the role 'size'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::size{128}, input::size{256}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
