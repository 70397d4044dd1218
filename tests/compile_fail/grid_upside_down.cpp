// expect: threshold::grid needs 0 < low < high < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::grid{.low = 0.5, .high = 0.1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
