#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <xxhash.h>

/// What reader and writer of a store agree on.
namespace facet::store_format {

inline constexpr int version = 1;

namespace detail {
inline std::string hexadecimal(std::uint64_t value) {
    std::string out(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
    return out;
}
} // namespace detail

/// XXH3, 64 bits, as 16 hexadecimal digits: finds flipped bits and mixed-up files, not forgery.
inline std::string hash(std::span<const std::byte> bytes) { return detail::hexadecimal(XXH3_64bits(bytes.data(), bytes.size())); }
inline std::string hash(std::string_view text) { return hash(std::as_bytes(std::span{text})); }

/// What identifies a store: the pixels, through their chunks' hashes, and slices.csv.
inline std::string content_hash(const std::vector<std::string>& images, const std::vector<std::string>& masks, std::string_view slices_csv) {
    std::string all;
    for (const auto& h : images) all += h;
    all += '|';
    for (const auto& h : masks) all += h;
    all += '|';
    all += slices_csv;
    return hash(all);
}

/// About 4 MiB of pixels: small enough to verify while reading, large enough that hashes stay few.
inline constexpr std::size_t slices_per_chunk(std::size_t size) { return std::max<std::size_t>(1, (std::size_t{1} << 21) / (size * size)); }

} // namespace facet::store_format
