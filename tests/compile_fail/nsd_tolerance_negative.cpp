// expect: metric::nsd needs a tolerance of at least millimetres{0}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::nsd{.tolerance = millimetres{-1}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
