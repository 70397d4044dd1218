// expect: schedule::reduce_on_plateau needs patience >= 0 and cooldown >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::reduce_on_plateau{.patience = -1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
