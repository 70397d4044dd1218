// expect: monitor::best needs keep > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, monitor::best{.keep = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
