#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <png.h>

#include <facet/core/error.hpp>
#include <facet/io/atomic_file.hpp>

/// 8-bit pictures as PNG, through libpng's memory interface: no file is open while it encodes, so a full disk cannot leave half a picture.
namespace facet::png {

enum class colour : std::size_t { gray = 1, rgb = 3 }; ///< the value is bytes per pixel

/// `pixels` holds height x width x (1 or 3) bytes, row by row, sRGB.
[[nodiscard]] inline std::vector<std::byte> encode(std::span<const std::uint8_t> pixels, std::size_t width, std::size_t height, colour kind) {
    if (width == 0 || height == 0 || pixels.size() != width * height * static_cast<std::size_t>(kind))
        throw bad_input{"a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels cannot be made from "
                        + std::to_string(pixels.size()) + " bytes"};
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = kind == colour::gray ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<std::byte> out(size);
    if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr))
        throw io_error{"cannot encode a PNG: " + std::string{image.message}};
    out.resize(size);
    return out;
}

inline void write(const std::filesystem::path& path, std::span<const std::uint8_t> pixels, std::size_t width, std::size_t height, colour kind) {
    const auto bytes = encode(pixels, width, height, kind);
    write_atomically(path, bytes);
}

} // namespace facet::png
