// expect: a layer cannot stand alone in experiment{...}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{}, norm::instance{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
