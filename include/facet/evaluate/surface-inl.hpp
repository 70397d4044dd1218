#pragma once

// unit: facet::surface<>
// library: engine
// needs: itk

#include <facet/evaluate/surface.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <facet/data/volume.hpp>
#ifdef FACET_ITK
#include <facet/io/itk_filters.hpp>
#endif

namespace facet {

namespace detail {

/// A part of a stack: first voxel, and extent.
struct stack_box {
    std::array<std::size_t, 3> low{}, size{};
};

/// The smallest box that holds every voxel of either mask.
inline stack_box box_of(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, const std::array<std::size_t, 3>& size) {
    std::array<std::size_t, 3> low = size, high{};
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != 1 && b[i] != 1) continue;
        const std::array<std::size_t, 3> at{i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
        for (std::size_t n = 0; n < 3; ++n) low[n] = std::min(low[n], at[n]), high[n] = std::max(high[n], at[n] + 1);
    }
    return {low, {high[0] - low[0], high[1] - low[1], high[2] - low[2]}};
}

/// The voxels of `mask` with a face neighbour outside it, cut to `box`. An axis of one voxel has no neighbours: a single slice has an outline.
inline mask_volume surface_of(std::span<const std::uint8_t> mask, const postprocess::stack_shape& shape, const stack_box& box) {
    const auto& n = shape.size;
    const auto at = [&](std::size_t k, std::size_t j, std::size_t i) { return k < n[0] && j < n[1] && i < n[2] && mask[(k * n[1] + j) * n[2] + i] == 1; };
    mask_volume out{{.size = {box.size[2], box.size[1], box.size[0]}, .spacing = {shape.spacing[2], shape.spacing[1], shape.spacing[0]}}};
    for (std::size_t k = 0; k < box.size[0]; ++k)
        for (std::size_t j = 0; j < box.size[1]; ++j)
            for (std::size_t i = 0; i < box.size[2]; ++i) {
                const auto z = box.low[0] + k, y = box.low[1] + j, x = box.low[2] + i;
                if (!at(z, y, x)) continue;
                const bool inside = (n[0] == 1 || (at(z - 1, y, x) && at(z + 1, y, x))) && (n[1] == 1 || (at(z, y - 1, x) && at(z, y + 1, x)))
                                    && (n[2] == 1 || (at(z, y, x - 1) && at(z, y, x + 1))); // before 0 comes the largest number, which is outside
                out.voxels(k, j, i) = !inside;
            }
    return out;
}

#ifdef FACET_ITK
inline std::vector<float> distances_from(const mask_volume& from, const mask_volume& to) {
    const auto map = image_filters<>::distance_to(to);
    std::vector<float> out;
    for (std::size_t i = 0; i < from.voxels.size(); ++i)
        if (from.voxels.data()[i] == 1) out.push_back(map.voxels.data()[i]);
    return out;
}
#endif

} // namespace detail

template <class T>
std::optional<surface_distances> surface<T>::between([[maybe_unused]] std::span<const std::uint8_t> truth, [[maybe_unused]] std::span<const std::uint8_t> prediction,
                                                     [[maybe_unused]] const postprocess::stack_shape& shape) {
#ifdef FACET_ITK
    surface_distances d;
    d.truth_is_empty = std::ranges::find(truth, std::uint8_t{1}) == truth.end();
    d.prediction_is_empty = std::ranges::find(prediction, std::uint8_t{1}) == prediction.end();
    d.dimension = shape.size[0] == 1 ? 2 : 3;
    double square = 0;
    for (std::size_t n = 0; n < 3; ++n) square += std::pow(static_cast<double>(shape.size[n] - 1) * shape.spacing[n], 2);
    d.diagonal = std::sqrt(square);
    if (d.truth_is_empty || d.prediction_is_empty) return d;
    const auto box = detail::box_of(truth, prediction, shape.size);
    const auto of_truth = detail::surface_of(truth, shape, box), of_prediction = detail::surface_of(prediction, shape, box);
    d.from_truth = detail::distances_from(of_truth, of_prediction);
    d.from_prediction = detail::distances_from(of_prediction, of_truth);
    return d;
#else
    return std::nullopt;
#endif
}

} // namespace facet
