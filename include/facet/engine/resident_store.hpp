#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/Functions.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <facet/core/error.hpp>
#include <facet/data/store.hpp>
#include <facet/residency.hpp>

namespace facet {

/// The store where a run reads it: tensors over the memory map (CPU, and streaming to a GPU), or copied once to the GPU.
/// There is never a second copy in host memory. Made after the network, `automatic` leaves half of the memory that is then free to training:
/// activations and moments come with the first step. Each chunk is verified against its hash when it is first read.
class resident_store {
public:
    resident_store(const store& data, at::Device device, residency_kind wanted) : data_{data}, device_{device}, verified_(chunk_count(), false) {
        const auto n = static_cast<std::int64_t>(data.count()), side = static_cast<std::int64_t>(data.size());
        images_ = at::from_blob(const_cast<std::int16_t*>(data.images().data()), {n, side, side}, at::kShort); // only read
        masks_ = at::from_blob(const_cast<std::uint8_t*>(data.masks().data()), {n, side, side}, at::kByte);
        if (!device.is_cpu() && wanted != residency_kind::stream) move_to_device(wanted);
    }

    [[nodiscard]] at::Device device() const { return device_; }
    /// Whether a GPU holds all of it (on the CPU it is where it is read anyway).
    [[nodiscard]] bool on_device() const { return images_.device() == device_; }
    [[nodiscard]] std::int64_t size() const { return images_.size(1); }
    /// int16 [N,S,S] and uint8 [N,S,S] of the whole store, on the CPU or on the device.
    [[nodiscard]] const at::Tensor& images() const { return images_; }
    [[nodiscard]] const at::Tensor& masks() const { return masks_; }

    /// Neither fracture nor ignored pixels.
    [[nodiscard]] bool mask_is_empty(std::uint32_t slice) const { return data_.slices()[slice].fracture_pixels == 0 && data_.slices()[slice].ignored_pixels == 0; }
    /// To be called before these slices are read. Throws bad_input naming file and chunk where one is damaged.
    void verify(std::span<const std::uint32_t> slices) const {
        for (const auto slice : slices) verify_chunk(slice / data_.slices_per_chunk());
    }

    struct stored_slices {
        at::Tensor images, masks; ///< int16 and uint8 [N,S,S] on the device
    };
    /// What the device reads some slices by, of the same shapes every time: their indices where it holds the store, else the slices themselves.
    [[nodiscard]] std::vector<at::Tensor> order(std::span<const std::uint32_t> slices) const {
        verify(slices);
        auto index = at::empty({static_cast<std::int64_t>(slices.size())}, at::kLong);
        std::ranges::copy(slices, index.data_ptr<std::int64_t>());
        if (on_device()) return {sent(index)};
        return {sent(images_.index_select(0, index)), sent(masks_.index_select(0, index))};
    }
    /// The slices of an order, which begins at `next`; moves `next` behind it. Work of the device alone.
    [[nodiscard]] stored_slices read(std::vector<at::Tensor>::const_iterator& next) const {
        if (!on_device()) return {*next++, *next++}; // in this order: a list in braces
        const auto& index = *next++;
        return {images_.index_select(0, index), masks_.index_select(0, index)};
    }
    /// To the device, which is not waited for.
    [[nodiscard]] at::Tensor sent(const at::Tensor& t) const { return device_.is_cpu() ? t : t.pin_memory().to(device_, true); }

private:
    [[nodiscard]] std::size_t chunk_count() const { return (data_.count() + data_.slices_per_chunk() - 1) / data_.slices_per_chunk(); }

    void verify_chunk(std::size_t chunk) const {
        if (verified_[chunk]) return;
        data_.verify_chunk(chunk);
        verified_[chunk] = true;
    }

    /// Bytes of the device that nobody has taken yet.
    [[nodiscard]] std::size_t free_memory() const { return at::getDeviceAllocator(device_.type())->getMemoryInfo(device_.index()).first; }

    void move_to_device(residency_kind wanted) {
        try {
            if (wanted == residency_kind::automatic && images_.nbytes() + masks_.nbytes() > free_memory() / 2) return;
            auto images = at::empty_like(images_, images_.options().device(device_)), masks = at::empty_like(masks_, masks_.options().device(device_));
            const auto step = static_cast<std::int64_t>(data_.slices_per_chunk());
            for (std::int64_t first = 0; first < images_.size(0); first += step) {
                verify_chunk(static_cast<std::size_t>(first / step));
                const auto n = std::min(step, images_.size(0) - first);
                images.narrow(0, first, n).copy_(images_.narrow(0, first, n));
                masks.narrow(0, first, n).copy_(masks_.narrow(0, first, n));
            }
            images_ = images;
            masks_ = masks;
        } catch (const c10::OutOfMemoryError&) {
            if (wanted == residency_kind::device) throw error{exit_code::out_of_memory, "the store does not fit into the GPU's memory; use residency::stream{} or residency::automatic{}"};
        }
    }

    const store& data_;
    at::Device device_;
    at::Tensor images_, masks_;
    mutable std::vector<bool> verified_;
};

} // namespace facet
