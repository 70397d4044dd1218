#pragma once

#include <algorithm>
#include <cstddef>

#include <facet/evaluate/pieces.hpp>
#include <facet/postprocess/concept.hpp>

namespace facet::postprocess {

/// Keeps the largest piece of a vertebra (26-connected over its slices); the first of equals. For findings of which a vertebra has at most one.
/// Works on the mask, because another threshold may have another largest piece.
struct keep_largest {
    using role = facet::role::postprocess;

    void operator()(const mask_stack& m) const {
        const auto pieces = pieces_of(m.mask, m.shape.size);
        if (pieces.voxels.size() < 2) return;
        const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(pieces.voxels) - pieces.voxels.begin()) + 1;
        for (std::size_t i = 0; i < m.mask.size(); ++i) m.mask[i] = pieces.label[i] == largest;
    }
};

static_assert(of_mask<keep_largest>);

} // namespace facet::postprocess
