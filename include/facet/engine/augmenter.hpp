#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

/// A batch as the network gets it.
struct training_batch {
    std::vector<std::uint32_t> slices; ///< indices into store::slices()
    at::Tensor images;                 ///< [N,1,S,S] float, HU after geometry and HU operations
    at::Tensor channels;               ///< [N,C,S,S] float in [0,1]: the windows, then their augmentation
    at::Tensor masks;                  ///< [N,1,S,S] uint8: 0, 1, 255 = ignore; moved together with the images
};

/// Slices of a store as tensors: on the CPU views of the memory map, on a GPU a copy made once (or each batch streamed through pinned
/// memory). Every chunk is verified against its hash when it is first read; a damaged one throws bad_input naming file and chunk.
template <class = void> struct residency_of {
    residency_of(const store& data, at::Device device, residency_kind kind, std::span<const std::uint32_t> slices);

    [[nodiscard]] at::Device device() const;
    /// int16 HU and uint8 masks [N,S,S] of these slices, on the device. On the CPU nothing is copied: use `image` and `mask`.
    std::pair<at::Tensor, at::Tensor> gather(std::span<const std::uint32_t> slices);
    /// One slice where it lies in the memory map.
    const std::int16_t* image(std::uint32_t slice);
    const std::uint8_t* mask(std::uint32_t slice);

private:
    struct body;
    std::shared_ptr<body> body_;
};

/// Turns slices of a store into batches: one affine per vertebra and augmentation epoch, one interpolation (image bilinear, outside is air;
/// mask nearest, outside is background), operations on HU, windows, operations on windows.
///
/// A pure function of (seed, epoch, slices): the same sample comes out in any batch, order, thread count and after a resume.
template <class = void> struct augmenter {
    augmenter(const plan& p, const store& data, residency_of<>& source, std::uint64_t seed);

    /// Augmented, for training.
    training_batch operator()(std::span<const std::uint32_t> slices, std::uint64_t epoch);
    /// As stored, windows only: for validation, test and prediction.
    training_batch plain(std::span<const std::uint32_t> slices);

private:
    struct body;
    std::shared_ptr<body> body_;
};

/// Which slices and which augmentation epoch belong to a step of a run.
template <class = void> struct batches {
    batches(const plan& p, const store& data, std::span<const std::uint32_t> training, std::int64_t batch, std::uint64_t seed);

    /// Fills `slices` with the store indices of a step.
    void slices(std::int64_t step, std::vector<std::uint32_t>& slices) const;
    /// Geometry and noise are drawn anew each time the class of slices that returns soonest has been seen once. With a balanced sampler
    /// that is one pass over the fracture slices; otherwise oversampled slices would come back unchanged several times.
    [[nodiscard]] std::uint64_t augmentation_epoch(std::int64_t step) const;
    /// Steps of one pass over the training slices at the natural rate.
    [[nodiscard]] std::int64_t steps_per_pass() const;

private:
    struct body;
    std::shared_ptr<body> body_;
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/augmenter-inl.hpp>
#endif
