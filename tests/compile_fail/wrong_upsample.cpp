// expect: a model's .upsample takes upsample::transposed{}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.upsample = norm::batch{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
