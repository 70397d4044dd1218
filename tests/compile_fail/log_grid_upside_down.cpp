// expect: threshold::log_grid needs 0 < low < high < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::log_grid{.low = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
