// expect: dropout::channels needs 0 < probability < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.dropout = dropout::channels{.probability = 1}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
