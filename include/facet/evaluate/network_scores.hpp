#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include <facet/data/store.hpp>
#include <facet/engine/inference.hpp>
#include <facet/evaluate/part.hpp>
#include <facet/evaluate/scores.hpp>
#include <facet/evaluate/vertebra_stack.hpp>

namespace facet::detail {

/// A network's scores of these slices of a store, without augmentation and at their natural prevalence; every complete vertebra goes to
/// `receive` in the same pass.
template <class Part>
of_part<Part, scores> network_scores(const inference<>& network, const store& data, std::span<const std::uint32_t> slices, std::function<void(const of_part<Part, vertebra_stack>&)> receive = {}) {
    of_part<Part, scores> result;
    const bool whole = static_cast<bool>(receive);
    vertebra_stream<Part> vertebrae{std::move(receive)};
    const auto pixels = data.size() * data.size();
    network.score(data, slices, [&](std::span<const std::uint32_t> some, const float* logits) {
        for (std::size_t i = 0; i < some.size(); ++i) {
            const auto& slice = data.slices()[some[i]];
            const std::span<const float> one{logits + i * pixels, pixels};
            const auto mask = data.masks().subspan(some[i] * pixels, pixels);
            result.add(slice, one, mask);
            if (whole) vertebrae.add(slice, one, mask);
        }
    });
    result.finish();
    vertebrae.finish();
    return result;
}
/// The same, of no part in particular.
inline scores network_scores(const inference<>& network, const store& data, std::span<const std::uint32_t> slices) { return network_scores<part::test>(network, data, slices); }

} // namespace facet::detail
