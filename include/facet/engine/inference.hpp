#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <facet/data/store.hpp>
#include <facet/engine/checkpoint_info.hpp>
#include <facet/engine/training_batch.hpp>
#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

/// A trained network that scores slices.
template <class = void> struct inference {
    /// Receives fp32 logits [n,S,S] of some of the slices, in order, with the checkpoint's prior correction; both are valid during the call only.
    using deliver = std::function<void(std::span<const std::uint32_t> slices, const float* logits)>;

    /// The checkpoints of a run, best first; damaged ones are named on stderr and passed over. Throws bad_input where none is whole, or
    /// where another experiment made the run.
    static std::vector<checkpoint_info> checkpoints(const plan& p, const std::filesystem::path& run);

    /// Loads one checkpoint; `inference{p, inference<>::checkpoints(p, run).front()}` is the best of a run.
    inference(const plan& p, const checkpoint_info& checkpoint, const device_options& options = {});

    /// Scores slices of a store in batches, unaugmented.
    void score(const store& data, std::span<const std::uint32_t> slices, const deliver& receive) const;
    /// Scores `images`, int16 HU [n,S,S] with S = plan.size, that lie in no store; slices are numbered from 0.
    void score(std::span<const std::int16_t> images, const deliver& receive) const;

    /// The batch of one training step of the run with this seed, on the CPU: what the network sees.
    static training_batch augmented_batch(const plan& p, const store& data, const slice_parts& parts, std::uint64_t seed, std::int64_t step);
    /// Given slices as they look in an augmentation epoch.
    static training_batch augmented(const plan& p, const store& data, std::span<const std::uint32_t> slices, std::uint64_t seed, std::uint64_t epoch);

private:
    struct body;
    std::shared_ptr<body> body_;
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/inference-inl.hpp>
#endif
