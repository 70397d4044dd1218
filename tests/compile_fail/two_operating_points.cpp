// expect: two policies for the role 'operating_point'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, operating_point{threshold::youden{}}, operating_point{threshold::exact{metric::f1{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
