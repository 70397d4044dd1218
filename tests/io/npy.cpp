#include <facet/io/npy.hpp>

#include "support/data_test.hpp"

#include <cstring>

using namespace facet;

namespace {

/// A version 1 file with any dictionary and any number of element bytes.
void write_npy(const std::filesystem::path& path, std::string dictionary, std::size_t bytes) {
    dictionary.append(63 - (10 + dictionary.size()) % 64, ' ');
    dictionary += '\n';
    std::string text{"\x93NUMPY\x01\x00", 8};
    text += static_cast<char>(dictionary.size() & 255);
    text += static_cast<char>(dictionary.size() >> 8);
    write_atomically(path, text + dictionary + std::string(bytes, '\1'));
}

} // namespace

TEST_CASE("the header is the one NumPy writes", "[io][npy]") {
    // numpy 2.1: np.save of an int16 array of shape (2, 3, 4) begins with these 128 bytes.
    const std::size_t shape[]{2, 3, 4};
    std::string expected{"\x93NUMPY\x01\x00\x76\x00", 10};
    expected += "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3, 4), }";
    expected.append(127 - expected.size(), ' ');
    CHECK(npy::header<std::int16_t>(shape) == expected + '\n');
    const std::size_t line[]{5};
    CHECK(npy::header<std::uint8_t>(line).find("'descr': '|u1', 'fortran_order': False, 'shape': (5,), }") != std::string::npos);
}

TEST_CASE("an array comes back from its map", "[io][npy]") {
    const testing::scratch folder;
    const std::size_t shape[]{2, 2};
    const std::int16_t values[]{-1024, 0, 1, 3071};
    auto bytes = npy::header<std::int16_t>(shape);
    bytes.append(reinterpret_cast<const char*>(values), sizeof values);
    write_atomically(folder / "a.npy", bytes);
    const npy::mapped_array<std::int16_t> array{folder / "a.npy"};
    CHECK(std::vector<std::size_t>(array.shape().begin(), array.shape().end()) == std::vector<std::size_t>{2, 2});
    CHECK(std::vector<std::int16_t>(array.elements().begin(), array.elements().end()) == std::vector<std::int16_t>{-1024, 0, 1, 3071});
}

TEST_CASE("a hostile or damaged array is an error, never a read outside the file", "[io][npy]") {
    const testing::scratch folder;
    const auto path = folder / "a.npy";
    const auto reading = [&] { npy::mapped_array<std::int16_t>{path}; };
    const std::string good = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }";

    write_npy(path, good, 8);
    CHECK_NOTHROW(reading());
    write_npy(path, good, 6);
    CHECK_THROWS_AS(reading(), bad_input);
    write_npy(path, good, 10);
    CHECK_THROWS_AS(reading(), bad_input);
    write_npy(path, "{'descr': '<i2', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 8); // the product overflows to 0
    CHECK_THROWS_AS(reading(), bad_input);
    write_npy(path, "{'descr': '<i2', 'fortran_order': False, 'shape': (-2, 2), }", 8);
    CHECK_THROWS_AS(reading(), bad_input);
    write_npy(path, "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2", 8);
    CHECK_THROWS_AS(reading(), bad_input);
    write_npy(path, "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2), }", 8);
    CHECK_THROWS_WITH(reading(), Catch::Contains("Fortran order"));
    write_npy(path, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, ), }", 8);
    CHECK_THROWS_WITH(reading(), Catch::Contains("<i2"));
    write_atomically(path, std::string_view{"\x93NUMPY\x01\x00\xff\xff{'descr'", 18});
    CHECK_THROWS_WITH(reading(), Catch::Contains("ends within its header"));
    write_atomically(path, std::string_view{""});
    CHECK_THROWS_WITH(reading(), Catch::Contains("not a .npy file"));
    std::filesystem::remove(path);
    CHECK_THROWS_AS(reading(), io_error);
}
