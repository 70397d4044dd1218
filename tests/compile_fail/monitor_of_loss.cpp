// expect: monitor::best takes a metric
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, monitor::best{loss::bce{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
