// expect: input::windows needs low >= -1024 HU
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::windows{hu{-2000, 1800}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
