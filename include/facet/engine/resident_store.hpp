#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/Functions.h>

#include <facet/data/store.hpp>
#include <facet/residency.hpp>

namespace facet {

/// The store where a run reads it: as tensors over the memory map (CPU, and streaming), or copied once to the device.
/// There is never a second copy in host memory.
class resident_store {
public:
    /// Verifies the chunks that hold `used` slices before anything is computed from them; throws bad_input naming file and chunk.
    resident_store(const store& data, at::Device device, residency_kind wanted, std::span<const std::uint32_t> used) : device_{device} {
        verify(data, used);
        const auto n = static_cast<std::int64_t>(data.count()), side = static_cast<std::int64_t>(data.size());
        images_ = at::from_blob(const_cast<std::int16_t*>(data.images().data()), {n, side, side}, at::kShort);
        masks_ = at::from_blob(const_cast<std::uint8_t*>(data.masks().data()), {n, side, side}, at::kByte);
        if (device.is_cpu() || wanted == residency_kind::stream) return;
        try {
            images_ = images_.to(device);
            masks_ = masks_.to(device);
        } catch (const c10::OutOfMemoryError&) {
            if (wanted == residency_kind::device) throw;
            images_ = images_.cpu(); // automatic: what does not fit is streamed
        }
    }

    [[nodiscard]] at::Device device() const { return device_; }
    [[nodiscard]] std::int64_t size() const { return images_.size(1); }
    /// int16 [N,S,S] and uint8 [N,S,S] of the whole store, on the CPU or on the device.
    [[nodiscard]] const at::Tensor& images() const { return images_; }
    [[nodiscard]] const at::Tensor& masks() const { return masks_; }
    /// The rows `index` (int64 [B], on the CPU) of one of them, on the device.
    [[nodiscard]] at::Tensor rows(const at::Tensor& all, const at::Tensor& index) const {
        if (all.device() == device_) return all.index_select(0, index.to(device_, true));
        return all.index_select(0, index).pin_memory().to(device_, true);
    }

private:
    static void verify(const store& data, std::span<const std::uint32_t> used) {
        std::vector<bool> wanted(data.count() / data.slices_per_chunk() + 1, false);
        for (const auto index : used) wanted[index / data.slices_per_chunk()] = true;
        for (std::size_t chunk = 0; chunk < wanted.size(); ++chunk)
            if (wanted[chunk]) data.verify_chunk(chunk);
    }

    at::Device device_;
    at::Tensor images_, masks_;
};

} // namespace facet
