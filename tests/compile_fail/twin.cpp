// expect: no error
#include <facet/facet.hpp>

constexpr facet::experiment twin{"twin", facet::model::attention_unet{.features = 8, .depth = 3}, facet::loss::focal{}};

int main(int argc, char** argv) { return facet::run<twin>(argc, argv); }
