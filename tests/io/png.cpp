#include <facet/io/png.hpp>

#include <fstream>
#include <iterator>
#include <numeric>

#include <facet/io/base64.hpp>

#include "support/data_test.hpp"

namespace {

/// Decodes with libpng; `format` is PNG_FORMAT_GRAY or PNG_FORMAT_RGB.
std::vector<std::uint8_t> decoded(std::span<const std::byte> bytes, png_uint_32 format, png_uint_32& width, png_uint_32& height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0);
    image.format = format;
    width = image.width;
    height = image.height;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
    return pixels;
}

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE("a grey picture survives PNG unchanged", "[png]") {
    std::vector<std::uint8_t> pixels(7 * 5);
    std::iota(pixels.begin(), pixels.end(), std::uint8_t{200});
    png_uint_32 width = 0, height = 0;
    const auto back = decoded(facet::png::encode(pixels, 7, 5, facet::png::colour::gray), PNG_FORMAT_GRAY, width, height);
    CHECK(width == 7);
    CHECK(height == 5);
    CHECK(back == pixels);
}

TEST_CASE("a colour picture written to a path is read back unchanged", "[png]") {
    facet::testing::scratch folder;
    std::vector<std::uint8_t> pixels(3 * 4 * 2);
    std::iota(pixels.begin(), pixels.end(), std::uint8_t{10});
    facet::png::write(folder / "picture.png", pixels, 4, 2, facet::png::colour::rgb);
    std::ifstream file{folder / "picture.png", std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    png_uint_32 width = 0, height = 0;
    CHECK(decoded(bytes_of(text), PNG_FORMAT_RGB, width, height) == pixels);
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("a picture whose bytes do not match its size is refused", "[png]") {
    const std::vector<std::uint8_t> pixels(11);
    CHECK_THROWS_AS(facet::png::encode(pixels, 4, 3, facet::png::colour::gray), facet::bad_input);
    CHECK_THROWS_AS(facet::png::encode({}, 0, 0, facet::png::colour::gray), facet::bad_input);
}

TEST_CASE("base64 gives the strings of RFC 4648", "[png]") {
    CHECK(facet::base64(bytes_of("")) == "");
    CHECK(facet::base64(bytes_of("f")) == "Zg==");
    CHECK(facet::base64(bytes_of("fo")) == "Zm8=");
    CHECK(facet::base64(bytes_of("foo")) == "Zm9v");
    CHECK(facet::base64(bytes_of("foobar")) == "Zm9vYmFy");
}
