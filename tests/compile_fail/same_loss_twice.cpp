// expect: two policies for the role 'loss'; keep one
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", loss::bce{}, model::attention_unet{}, loss::bce{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
