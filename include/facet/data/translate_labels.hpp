#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <facet/core/error.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/volume.hpp>

namespace facet {

/// A file's numbers in facet's: 0, 26 ... 50, `unnumbered_bone`. Throws bad_input naming a number that the scheme does not have.
inline void translate_labels(label_volume& labels, const std::function<labels::meaning(int)>& scheme, const std::string& file) {
    std::array<bool, 256> present{};
    for (const auto v : labels.voxels) present[v] = true;
    std::array<std::uint8_t, 256> table{};
    for (int value = 0; value < 256; ++value) {
        if (!present[static_cast<std::size_t>(value)]) continue;
        const auto meaning = scheme(value);
        if (!meaning) throw bad_input{"'" + file + "' holds the label " + std::to_string(value) + ", which the label scheme of the recipe does not have"};
        table[static_cast<std::size_t>(value)] = *meaning;
    }
    for (auto& v : labels.voxels) v = table[v];
}

} // namespace facet
