#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include <zlib.h>

#include <facet/core/error.hpp>

/// A look at a NIfTI header before a library allocates what it promises: 377 hostile bytes can ask for 18 GB.
namespace facet::nifti {

/// Deflate cannot shrink data further than this (zlib's technical details).
inline constexpr double largest_compression = 1032;

namespace detail {

template <class T, std::size_t n> T field(const std::array<unsigned char, n>& header, std::size_t offset, bool swapped) {
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

/// Throws bad_input when one of `count` elements is not finite.
template <class T> void check_elements(const std::filesystem::path& path, gzFile file, std::size_t count, bool swapped) {
    std::array<unsigned char, 1 << 16> buffer;
    while (count > 0) {
        const auto wanted = std::min(count, buffer.size() / sizeof(T));
        const int n = gzread(file, buffer.data(), static_cast<unsigned>(wanted * sizeof(T)));
        if (n < static_cast<int>(wanted * sizeof(T))) throw bad_input{"'" + path.string() + "' is damaged: it ends before its last voxel"};
        for (std::size_t i = 0; i < wanted; ++i)
            if (!std::isfinite(field<T>(buffer, i * sizeof(T), swapped))) throw bad_input{"'" + path.string() + "' holds a voxel that is not a number (NaN or infinite)"};
        count -= wanted;
    }
}

/// The NIfTI library turns voxels that are not finite into zeros without a word, so they are looked for before it reads.
inline void check_finite(const std::filesystem::path& path, int type, double offset, double voxels, bool swapped) {
    if (type != 16 && type != 64) return; // float32, float64
    const gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) throw io_error{"cannot open '" + path.string() + "'"};
    try {
        if (gzseek(file, static_cast<z_off_t>(offset), SEEK_SET) < 0) throw bad_input{"'" + path.string() + "' is damaged: it ends within its header"};
        if (type == 16) check_elements<float>(path, file, static_cast<std::size_t>(voxels), swapped);
        else check_elements<double>(path, file, static_cast<std::size_t>(voxels), swapped);
    } catch (...) {
        gzclose(file);
        throw;
    }
    gzclose(file);
}

} // namespace detail

/// Throws bad_input when the header is not that of one three-dimensional image that fits into the file, or, with `with_voxels`, when a
/// voxel is not finite.
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
    if (with_voxels) detail::check_finite(path, type, offset, voxels, swapped);
}

} // namespace facet::nifti
