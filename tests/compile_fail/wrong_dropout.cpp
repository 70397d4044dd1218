// expect: a model's .dropout takes dropout::none{}
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.dropout = norm::batch{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
