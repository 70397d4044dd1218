// expect: schedule::reduce_on_plateau waits for the monitor's score, and this monitor has none
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, monitor::last{}, schedule::reduce_on_plateau{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
