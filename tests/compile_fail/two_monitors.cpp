// expect: two policies for the role 'monitor'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, monitor::best{}, monitor::last{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
