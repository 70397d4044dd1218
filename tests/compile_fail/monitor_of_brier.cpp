// expect: monitor::best needs a metric that is computed every epoch and is larger when better
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, monitor::best{metric::brier{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
