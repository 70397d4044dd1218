// expect: augment::elastic needs at least 4 control points a side
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_vertebra{augment::elastic{.control_points = 3}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
