// expect: dropout::elements needs 0 < probability < 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::unet{.dropout = dropout::elements{.probability = 0}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
