// expect: norm::group needs groups > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.norm = norm::group{.groups = 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
