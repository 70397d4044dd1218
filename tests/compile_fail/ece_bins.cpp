// expect: metric::ece needs bins > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::ece{.bins = 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
