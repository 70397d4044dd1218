#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/io/mapped_file.hpp>

/// NumPy's file format (NEP 1), version 1.0, C order, little endian: what `numpy.load(path, mmap_mode="r")` maps.
namespace facet::npy {

static_assert(std::endian::native == std::endian::little, "facet: stores are little endian and read in place");

/// NumPy's name of an element type: `<i2`, `|u1`, `<f4`.
template <class T> std::string dtype() {
    static_assert(std::is_arithmetic_v<T>);
    const char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
    return std::string{sizeof(T) == 1 ? '|' : '<', kind} + std::to_string(sizeof(T));
}

/// Everything before the first element; its length is a multiple of 64, so elements are aligned.
template <class T> std::string header(std::span<const std::size_t> shape) {
    std::string dictionary = "{'descr': '" + dtype<T>() + "', 'fortran_order': False, 'shape': (";
    for (const auto n : shape) dictionary += std::to_string(n) + ", ";
    if (shape.size() > 1) dictionary.erase(dictionary.size() - 2); // Python writes (3,) but (3, 4)
    else if (shape.size() == 1) dictionary.pop_back();
    dictionary += "), }";
    constexpr std::size_t preamble = 10; // magic, version, length
    dictionary.append(63 - (preamble + dictionary.size()) % 64, ' ');
    dictionary += '\n';
    const auto length = static_cast<std::uint16_t>(dictionary.size());
    std::string out{"\x93NUMPY\x01\x00", 8};
    out += static_cast<char>(length & 0xff);
    out += static_cast<char>(length >> 8);
    return out + dictionary;
}

namespace detail {

/// What follows `'key':` in a header's dictionary.
inline std::optional<std::string_view> value_of(std::string_view dictionary, std::string_view key) {
    const auto at = dictionary.find(key);
    if (at == dictionary.npos) return std::nullopt;
    auto rest = dictionary.substr(at + key.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" :"), rest.size()));
    return rest;
}

inline std::optional<std::vector<std::size_t>> shape_of(std::string_view text) {
    const auto close = text.find(')');
    if (!text.starts_with('(') || close == text.npos) return std::nullopt;
    text = text.substr(1, close - 1);
    std::vector<std::size_t> shape;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
        if (text.empty()) return shape;
        std::size_t n = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (failure != std::errc{} || shape.size() == 32) return std::nullopt;
        shape.push_back(n);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
}

/// The product, or nothing where it overflows.
inline std::optional<std::size_t> product(std::span<const std::size_t> shape, std::size_t element) {
    std::size_t n = element;
    for (const auto extent : shape) if (__builtin_mul_overflow(n, extent, &n)) return std::nullopt;
    return n;
}

} // namespace detail

/// An array on disk, mapped: elements are read where they lie.
template <class T> class mapped_array {
public:
    mapped_array() = default;

    /// Throws bad_input when the file is not a C-ordered `.npy` of this element type, or is shorter or longer than its header says.
    explicit mapped_array(const std::filesystem::path& path) : file_{path} {
        const auto bytes = file_.bytes();
        const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        const auto wrong = [&](const std::string& what) { return bad_input{"'" + path.string() + "' " + what}; };
        if (text.size() < 10 || text.substr(0, 6) != "\x93NUMPY") throw wrong("is not a .npy file");
        if (text[6] != 1) throw wrong("is a .npy file of version " + std::to_string(int{text[6]}) + "; expected version 1");
        const std::size_t length = static_cast<unsigned char>(text[8]) + 256u * static_cast<unsigned char>(text[9]);
        if (text.size() < 10 + length) throw wrong("ends within its header");
        const auto dictionary = text.substr(10, length);
        const auto type = detail::value_of(dictionary, "'descr'"), order = detail::value_of(dictionary, "'fortran_order'"), extent = detail::value_of(dictionary, "'shape'");
        const auto shape = extent ? detail::shape_of(*extent) : std::nullopt;
        if (!type || !order || !shape) throw wrong("has an unreadable .npy header");
        if (!type->starts_with("'" + dtype<T>() + "'")) throw wrong("does not hold elements of type " + dtype<T>());
        if (!order->starts_with("False")) throw wrong("is in Fortran order; expected C order");
        const auto needed = detail::product(*shape, sizeof(T));
        if (!needed || *needed != text.size() - 10 - length)
            throw wrong("holds " + std::to_string(text.size() - 10 - length) + " bytes of elements, which is not what its header says");
        if ((10 + length) % alignof(T) != 0) throw wrong("has misaligned elements");
        shape_ = *shape;
        elements_ = {reinterpret_cast<const T*>(bytes.data() + 10 + length), *needed / sizeof(T)};
    }

    [[nodiscard]] std::span<const std::size_t> shape() const noexcept { return shape_; }
    [[nodiscard]] std::span<const T> elements() const noexcept { return elements_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }

private:
    mapped_file file_;
    std::vector<std::size_t> shape_;
    std::span<const T> elements_;
};

} // namespace facet::npy
