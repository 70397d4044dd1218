// expect: threshold::log_grid needs at least 2 points
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::log_grid{.points = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
