// expect: loss::sum needs at least one loss
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::sum{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
