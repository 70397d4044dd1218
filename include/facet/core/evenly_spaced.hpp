#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facet {

/// At most `limit` of the items, evenly spaced, in their order.
inline std::vector<std::uint32_t> evenly_spaced(const std::vector<std::uint32_t>& items, std::size_t limit) {
    if (items.size() <= limit) return items;
    std::vector<std::uint32_t> kept(limit);
    for (std::size_t i = 0; i < limit; ++i) kept[i] = items[i * items.size() / limit];
    return kept;
}

} // namespace facet
