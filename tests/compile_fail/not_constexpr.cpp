// expect: declare the experiment `constexpr`, at namespace scope
#include <facet/facet.hpp>
using namespace facet;
const experiment bad{"bad", model::attention_unet{}, loss::bce{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
