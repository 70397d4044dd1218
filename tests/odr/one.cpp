#include <facet/facet.hpp>

std::string_view other_name();

namespace {
constexpr facet::experiment first{"first", facet::model::attention_unet{.features = 4, .depth = 2}};
}

// Two translation units with everything in them, one program: a name defined twice would not link.
int main() { return facet::plan_of<first>.name == "first" && other_name() == "second" ? 0 : 1; }
