// expect: input::windows needs hu{low, high} with low < high
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::windows{hu{1800, 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
