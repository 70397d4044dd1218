#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace facet {

/// Base64 with padding (RFC 4648, section 4), for data URIs.
[[nodiscard]] inline std::string base64(std::span<const std::byte> bytes) {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto left = bytes.size() - i;
        const auto at = [&](std::size_t k) { return k < left ? std::to_integer<unsigned>(bytes[i + k]) : 0u; };
        const unsigned group = at(0) << 16 | at(1) << 8 | at(2);
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
        out += left > 1 ? alphabet[group >> 6 & 63] : '=';
        out += left > 2 ? alphabet[group & 63] : '=';
    }
    return out;
}

} // namespace facet
