// expect: schedule::exponential needs 0 < final_fraction <= 1: a power never reaches 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::exponential{.final_fraction = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
