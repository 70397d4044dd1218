#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include <zlib.h>

#include <facet/core/error.hpp>

/// A look at a NIfTI header before a library allocates what it promises: 377 hostile bytes can ask for 18 GB.
namespace facet::nifti {

/// Deflate cannot shrink data further than this (zlib's technical details).
inline constexpr double largest_compression = 1032;

namespace detail {

template <class T> T field(std::span<const unsigned char> header, std::size_t offset, bool swapped) {
    std::array<unsigned char, sizeof(T)> bytes;
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = header[offset + (swapped ? sizeof(T) - 1 - i : i)];
    return std::bit_cast<T>(bytes);
}

inline std::array<unsigned char, 540> first_bytes(const std::filesystem::path& path) {
    std::array<unsigned char, 540> bytes{};
    const gzFile file = gzopen(path.c_str(), "rb"); // reads uncompressed files as they are
    if (file == nullptr) throw io_error{"cannot open '" + path.string() + "'"};
    const int n = gzread(file, bytes.data(), bytes.size());
    gzclose(file);
    if (n < 348) throw bad_input{"'" + path.string() + "' is not a NIfTI image: it is shorter than a NIfTI header"};
    return bytes;
}

/// Reads a file to its end, compressed or not.
class reader {
public:
    explicit reader(const std::filesystem::path& path) : path_{path}, file_{gzopen(path.c_str(), "rb")} {
        if (file_ == nullptr) throw io_error{"cannot open '" + path.string() + "'"};
        gzbuffer(file_, 1 << 17);
    }
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;
    ~reader() {
        if (file_ != nullptr) gzclose(file_);
    }

    void skip_to(double offset) {
        if (gzseek(file_, static_cast<z_off_t>(offset), SEEK_SET) < 0) throw damaged();
    }
    /// The next `n` bytes, all of them.
    std::span<const unsigned char> next(std::size_t n) {
        if (gzread(file_, buffer_.data(), static_cast<unsigned>(n)) < static_cast<int>(n)) throw damaged();
        return {buffer_.data(), n};
    }
    /// What follows is read too: a compressed file ends with its checksum.
    void finish() {
        int n = 0;
        do n = gzread(file_, buffer_.data(), static_cast<unsigned>(buffer_.size()));
        while (n > 0);
        if (const int closed = gzclose(std::exchange(file_, nullptr)); n < 0 || closed != Z_OK) throw damaged();
    }
    [[nodiscard]] std::size_t most() const { return buffer_.size(); }

private:
    [[nodiscard]] bad_input damaged() const { return bad_input{"'" + path_.string() + "' is damaged: it ends before its last voxel, or its checksum is wrong"}; }

    const std::filesystem::path& path_;
    gzFile file_;
    std::array<unsigned char, 1 << 16> buffer_{};
};

/// Throws bad_input where a voxel is missing, or not finite: the NIfTI library makes zeros of both without a word.
inline void check_voxels(const std::filesystem::path& path, int type, double offset, double voxels, double bits, bool swapped) {
    reader file{path};
    file.skip_to(offset);
    const auto finite = [&]<class T>(std::span<const unsigned char> bytes, T) {
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(T))
            if (!std::isfinite(field<T>(bytes, i, swapped))) throw bad_input{"'" + path.string() + "' holds a voxel that is not a number (NaN or infinite)"};
    };
    for (auto left = static_cast<std::size_t>(std::ceil(voxels * bits / 8)); left > 0;) {
        const auto bytes = file.next(std::min(left, file.most()));
        if (type == 16) finite(bytes, float{});
        if (type == 64) finite(bytes, double{});
        left -= bytes.size();
    }
    file.finish();
}

} // namespace detail

/// Throws bad_input when the header is not that of one three-dimensional image that fits into the file, or, with `with_voxels`, when a
/// voxel is missing or not finite.
inline void check(const std::filesystem::path& path, bool with_voxels) {
    const auto header = detail::first_bytes(path);
    const auto wrong = [&](const std::string& what) { return bad_input{"'" + path.string() + "' " + what}; };
    const auto is = [&](std::int32_t size, bool swapped) { return detail::field<std::int32_t>(header, 0, swapped) == size; };
    const bool swapped = is(348, true) || is(540, true), second = is(540, false) || is(540, true);
    if (!second && !is(348, false) && !is(348, true)) throw wrong("is not a NIfTI image");

    const auto extent = [&](std::size_t i) {
        return second ? static_cast<double>(detail::field<std::int64_t>(header, 16 + 8 * i, swapped)) : static_cast<double>(detail::field<std::int16_t>(header, 40 + 2 * i, swapped));
    };
    const auto spacing = [&](std::size_t i) {
        return second ? detail::field<double>(header, 104 + 8 * i, swapped) : static_cast<double>(detail::field<float>(header, 76 + 4 * i, swapped));
    };
    const auto bits = second ? detail::field<std::int16_t>(header, 14, swapped) : detail::field<std::int16_t>(header, 72, swapped);
    const double dimensions = extent(0);
    if (dimensions < 3 || dimensions > 7) throw wrong("has " + std::to_string(static_cast<long long>(dimensions)) + " dimensions; expected a 3-D image");
    double voxels = 1;
    for (std::size_t i = 1; i <= 3; ++i) {
        if (extent(i) < 1) throw wrong("has an empty dimension");
        if (!std::isfinite(spacing(i)) || spacing(i) == 0) throw wrong("has a spacing of zero or not a number");
        voxels *= extent(i);
    }
    for (std::size_t i = 4; i <= static_cast<std::size_t>(dimensions); ++i)
        if (extent(i) > 1) throw wrong("has more than three dimensions; expected one 3-D image");
    const double largest = static_cast<double>(std::filesystem::file_size(path)) * largest_compression;
    if (bits < 1 || voxels * bits / 8 > largest) throw wrong("is damaged: its header promises more voxels than the file can hold");
    const auto type = second ? detail::field<std::int16_t>(header, 12, swapped) : detail::field<std::int16_t>(header, 70, swapped);
    const double offset = second ? static_cast<double>(detail::field<std::int64_t>(header, 168, swapped)) : static_cast<double>(detail::field<float>(header, 108, swapped));
    if (!(offset >= 0 && offset < largest)) throw wrong("is damaged: its voxels begin beyond its end");
    if (with_voxels) detail::check_voxels(path, type, offset, voxels, bits, swapped);
}

} // namespace facet::nifti
