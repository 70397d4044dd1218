#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <facet/core/rng.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>

/// A store of noise for timing, in the folder for temporary files; it goes with the object.
class made_store {
public:
    made_store(int slices, int side) : folder_{std::filesystem::temp_directory_path() / ("facet_bench_" + std::to_string(::getpid()))} {
        const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
        facet::rng::stream draw{1};
        facet::store_writer writer{folder_, static_cast<std::size_t>(slices), static_cast<std::size_t>(side)};
        std::vector<std::int16_t> image(pixels);
        std::vector<std::uint8_t> mask(pixels);
        for (int s = 0; s < slices; ++s) {
            for (auto& x : image) x = static_cast<std::int16_t>(draw.uniform(-1000, 1500));
            for (auto& m : mask) m = s % 2 == 0 && draw.happens(0.01) ? 1 : 0;
            facet::slice_info info;
            info.patient = "p" + std::to_string(s / 256);
            info.vertebra = 27 + s / 64 % 4;
            info.position = s % 64;
            info.native_pixels = static_cast<std::uint32_t>(pixels);
            writer.add(info, image, mask);
        }
        writer.finish({{"data", "noise"}});
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
    [[nodiscard]] std::vector<std::uint32_t> all() const {
        std::vector<std::uint32_t> out(data_->count());
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint32_t>(i);
        return out;
    }

private:
    std::filesystem::path folder_;
    std::optional<facet::store> data_;
};
