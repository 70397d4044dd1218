// expect: this metric cannot choose a threshold
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::exact{metric::brier{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
