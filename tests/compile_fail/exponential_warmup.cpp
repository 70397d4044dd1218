// expect: schedule::exponential needs 0 <= warmup_steps < budget.steps
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::exponential{.warmup_steps = 500}, budget{.steps = 500}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
