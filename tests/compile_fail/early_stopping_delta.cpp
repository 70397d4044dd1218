// expect: callback::early_stopping needs min_delta >= 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, callback::early_stopping{}, callback::early_stopping{.min_delta = -0.1}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
