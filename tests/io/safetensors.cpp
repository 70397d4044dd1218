#include <facet/io/safetensors.hpp>

#include "support/data_test.hpp"

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace facet;

namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
    std::vector<std::byte> out(text.size());
    std::memcpy(out.data(), text.data(), text.size());
    return out;
}

/// A file with this header and this much data behind it.
std::vector<std::byte> file_with(const std::string& header, std::size_t data) {
    std::string text(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(text.data(), &length, 8);
    return bytes_of(text + header + std::string(data, '\0'));
}

const std::array<float, 6> numbers{1, 2, 3, 4, 5, 6};
const std::array<std::int64_t, 1> count{7};

std::vector<std::byte> small_file() {
    const std::array tensors{safetensors::tensor{"b", "F32", {2, 3}, std::as_bytes(std::span{numbers})}, safetensors::tensor{"a", "I64", {}, std::as_bytes(std::span{count})}};
    return safetensors::serialise(tensors, {{"epoch", "3"}});
}

} // namespace

TEST_CASE("what safetensors wrote is read back: names, types, shapes, bytes and metadata") {
    const auto file = small_file();
    const auto read = safetensors::parse(file, "x");
    CHECK(read.checked);
    CHECK(read.metadata.at("epoch") == "3");
    REQUIRE(read.tensors.size() == 2);
    CHECK(read.tensors[0].name == "b");
    CHECK(read.tensors[0].dtype == "F32");
    CHECK(read.tensors[0].shape == std::vector<std::int64_t>{2, 3});
    CHECK(std::memcmp(read.tensors[0].bytes.data(), numbers.data(), sizeof numbers) == 0);
    CHECK(read.tensors[1].shape.empty());
    CHECK(std::memcmp(read.tensors[1].bytes.data(), count.data(), sizeof count) == 0);
}

TEST_CASE("every flipped bit of a safetensors file is noticed") {
    const auto file = small_file();
    std::size_t unnoticed = 0;
    for (std::size_t i = 0; i < file.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            auto damaged = file;
            damaged[i] ^= std::byte{1} << bit;
            try {
                if (safetensors::parse(damaged, "x").checked) ++unnoticed;
            } catch (const bad_input&) {
            }
        }
    CHECK(unnoticed == 0); // a file whose checksum key is gone reads as one without a checksum, which checkpoints must have
}

TEST_CASE("a cut safetensors file is refused wherever it is cut") {
    const auto file = small_file();
    for (std::size_t n = 0; n < file.size(); ++n) CHECK_THROWS_AS(safetensors::parse(std::span{file}.first(n), "x"), bad_input);
}

TEST_CASE("hostile safetensors headers are refused before anything is allocated") {
    auto huge = file_with("{}", 0);
    const std::uint64_t length = ~std::uint64_t{0} >> 1;
    std::memcpy(huge.data(), &length, 8);
    CHECK_THROWS_WITH(safetensors::parse(huge, "x"), Catch::Contains("'x' is damaged: its header claims"));

    const auto one = [](const std::string& entry) { return file_with(R"({"t":)" + entry + "}", 8); };
    CHECK_THROWS_WITH(safetensors::parse(one(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]})"), "x"), Catch::Contains("shape"));
    CHECK_THROWS_WITH(safetensors::parse(one(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "x"), Catch::Contains("shape"));
    CHECK_THROWS_WITH(safetensors::parse(one(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "x"), Catch::Contains("outside"));
    CHECK_THROWS_WITH(safetensors::parse(one(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"), "x"), Catch::Contains("outside"));
    CHECK_THROWS_WITH(safetensors::parse(one(R"({"dtype":"Q4","shape":[2],"data_offsets":[0,8]})"), "x"), Catch::Contains("Q4"));
    CHECK_THROWS_WITH(safetensors::parse(one("7"), "x"), Catch::Contains("data_offsets"));
    CHECK_THROWS_WITH(safetensors::parse(one(std::string(100'000, '[')), "x"), Catch::Contains("nested"));
    CHECK_THROWS_WITH(safetensors::parse(file_with("[]", 0), "x"), Catch::Contains("not an object"));
    CHECK_THROWS_WITH(safetensors::parse(file_with("{}", 5), "x"), Catch::Contains("no tensor"));
}

TEST_CASE("tensors that share bytes are refused") {
    const auto file = file_with(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8);
    CHECK_THROWS_WITH(safetensors::parse(file, "x"), Catch::Contains("overlap"));
}

TEST_CASE("a file without our checksum, as Python writes it, is read and known as unchecked") {
    const auto file = file_with(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", 3);
    const auto read = safetensors::parse(file, "x");
    CHECK_FALSE(read.checked);
    CHECK(read.tensors.at(0).bytes.size() == 3);
}
