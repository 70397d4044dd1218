// expect: threshold::fixed needs a probability between 0 and 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::fixed{.value = 1.5}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
