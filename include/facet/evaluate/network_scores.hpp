#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <facet/data/store.hpp>
#include <facet/engine/inference.hpp>
#include <facet/evaluate/scores.hpp>

namespace facet::detail {

/// A network's scores of these slices of a store, without augmentation and at their natural prevalence.
inline scores network_scores(const inference<>& network, const store& data, std::span<const std::uint32_t> slices) {
    scores result;
    const auto pixels = data.size() * data.size();
    network.score(data, slices, [&](std::span<const std::uint32_t> some, const float* logits) {
        for (std::size_t i = 0; i < some.size(); ++i)
            result.add(data.slices()[some[i]], {logits + i * pixels, pixels}, data.masks().subspan(some[i] * pixels, pixels));
    });
    result.finish();
    return result;
}

} // namespace facet::detail
