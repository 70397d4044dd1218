// expect: compare<...> needs the same budget in every variant
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment base{"base", model::attention_unet{}};
constexpr auto bad = variants(base, one_of(budget{.steps = 10}, budget{.steps = 20}));
int main(int argc, char** argv) { return compare<bad>(argc, argv); }
