#include <facet/facet.hpp>

namespace {
constexpr facet::experiment second{"second", facet::model::attention_unet{.features = 4, .depth = 2}};
}

std::string_view other_name() { return facet::plan_of<second>.name; }
