// expect: the groups of norm::group must divide the model's features
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.features = 12, .norm = norm::group{.groups = 8}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
