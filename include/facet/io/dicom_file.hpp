#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

#include <facet/core/error.hpp>
#include <facet/io/mapped_file.hpp>

/// Whether a DICOM file is whole: GDCM fills what is missing of its pixels with zeros, and only warns.
namespace facet::dicom_file {

namespace detail {

inline constexpr std::uint32_t undefined_length = 0xffffffff;

inline std::uint32_t number_at(std::string_view file, std::size_t place) {
    std::uint32_t value;
    std::memcpy(&value, file.data() + place, sizeof value); // little-endian, as every transfer syntax in use
    return value;
}

/// Behind the last of the pieces that packed pixels come in, each with a tag and a length; beyond the file where that piece is not all there.
inline std::size_t end_of_pieces(std::string_view file, std::size_t place) {
    constexpr std::string_view item{"\xfe\xff\x00\xe0", 4};
    while (place + 8 <= file.size() && file.substr(place, 4) == item) place += 8 + std::size_t{number_at(file, place + 4)};
    return place;
}

/// Whether elements are written without their type: the transfer syntax says so, or there is none.
inline bool is_implicit(std::string_view file) {
    constexpr std::string_view transfer_syntax{"\x02\x00\x10\x00UI", 6};
    const auto place = file.substr(0, 4096).find(transfer_syntax);
    if (place == file.npos || place + 8 > file.size()) return true;
    const auto length = static_cast<unsigned char>(file[place + 6]);
    auto name = file.substr(place + 8, length);
    while (name.ends_with('\0')) name.remove_suffix(1);
    return name == "1.2.840.10008.1.2";
}

/// Whether the pixels (7FE0,0010), those of an icon too, end within the file.
inline bool has_all_pixels(std::string_view file) {
    constexpr std::string_view tag{"\xe0\x7f\x10\x00", 4};
    const bool implicit = is_implicit(file);
    const std::size_t header = implicit ? 8 : 12; // tag, type and two bytes more, length
    for (auto place = file.find(tag); place != file.npos; place = file.find(tag, place)) {
        const auto type = file.substr(place + 4, 2);
        if (implicit ? place % 2 != 0 : type != "OB" && type != "OW" && type != "UN") { // a value that looks like the tag
            place += 1;
            continue;
        }
        place += header;
        if (place > file.size()) return false;
        const auto length = number_at(file, place - 4);
        place = length == undefined_length ? end_of_pieces(file, place) : place + length;
        if (place > file.size()) return false;
    }
    return true;
}

} // namespace detail

/// Throws bad_input where the file ends before its last pixel does.
inline void check(const std::filesystem::path& path) {
    const mapped_file file{path};
    const auto bytes = file.bytes();
    if (!detail::has_all_pixels({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) throw bad_input{"'" + path.string() + "' is damaged: it ends before its last pixel"};
}

} // namespace facet::dicom_file
