// expect: metric::set takes metrics
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::f1{}, loss::bce{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
