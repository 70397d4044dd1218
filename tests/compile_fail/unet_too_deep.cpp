// expect: this model halves the slice
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", input::size{100}, model::unet{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
