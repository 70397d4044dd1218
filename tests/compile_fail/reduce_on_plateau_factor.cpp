// expect: schedule::reduce_on_plateau needs 0 < factor < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::reduce_on_plateau{.factor = 1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
