#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <facet/evaluate/surface_distances.hpp>
#include <facet/postprocess/concept.hpp>

namespace facet {

template <class = void> struct surface {
    /// Distances between the surfaces of two masks (0 and 1, [slices,rows,columns]) in mm, by exact Euclidean distance maps. Empty where the
    /// program was built without ITK.
    static std::optional<surface_distances> between(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction, const postprocess::stack_shape& shape);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/evaluate/surface-inl.hpp>
#endif
