#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <facet/core/rng.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>

/// Writes a store of noise, which costs as much to read and to move as anatomy. Patients have 256 slices, four vertebrae each; a mask of
/// every second slice has 1 % of its pixels set.
inline void make_store(const std::filesystem::path& folder, std::size_t slices, std::size_t side) {
    facet::rng::stream draw{1};
    facet::store_writer writer{folder, slices, side};
    std::vector<std::int16_t> image(side * side);
    std::vector<std::uint8_t> mask(side * side);
    for (std::size_t s = 0; s < slices; ++s) {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < image.size(); ++i) {
            bits = i % 4 == 0 ? draw.bits() : bits >> 16;
            image[i] = static_cast<std::int16_t>(static_cast<int>(bits & 0xffff) * 2500 / 65536 - 1000);
            mask[i] = s % 2 == 0 && (bits & 0xffff) < 655 ? 1 : 0;
        }
        facet::slice_info info;
        info.patient = "p" + std::to_string(s / 256);
        info.vertebra = 27 + static_cast<int>(s / 64 % 4);
        info.position = static_cast<int>(s % 64);
        info.relative = static_cast<double>(s % 64) / 63;
        info.spacing = {1, 1};
        info.step = 1;
        info.native_pixels = static_cast<std::uint32_t>(side * side);
        info.source = "noise";
        writer.add(info, image, mask);
    }
    writer.finish({{"data", "noise, for timing"}});
}

inline std::vector<std::uint32_t> all_slices(const facet::store& data) {
    std::vector<std::uint32_t> out(data.count());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint32_t>(i);
    return out;
}

/// A store that goes with the object, in the folder for temporary files.
class made_store {
public:
    made_store(std::size_t slices, std::size_t side) : folder_{std::filesystem::temp_directory_path() / ("facet_bench_" + std::to_string(::getpid()))} {
        std::filesystem::remove_all(folder_);
        make_store(folder_, slices, side);
        data_.emplace(folder_);
    }
    made_store(const made_store&) = delete;
    made_store& operator=(const made_store&) = delete;
    ~made_store() {
        std::error_code ignored;
        data_.reset();
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] const facet::store& data() const { return *data_; }

private:
    std::filesystem::path folder_;
    std::optional<facet::store> data_;
};
