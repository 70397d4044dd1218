// expect: operating_point{...} takes a threshold search
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, operating_point{metric::f1{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
