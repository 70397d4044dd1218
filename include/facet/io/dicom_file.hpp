#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <facet/core/error.hpp>
#include <facet/io/mapped_file.hpp>

/// Whether a DICOM file is whole: GDCM fills what is missing of its pixels with zeros, and only warns.
namespace facet::dicom_file {

namespace detail {

/// How the numbers of a file are written (PS3.5, annex A).
struct encoding {
    bool big_endian = false;

    /// As bytes; a tag is two numbers of 16 bits.
    [[nodiscard]] std::string number(std::uint32_t value, std::size_t bytes) const {
        std::string out(bytes, '\0');
        for (std::size_t i = 0; i < bytes; ++i) out[big_endian ? bytes - 1 - i : i] = static_cast<char>(value >> 8 * i & 0xff);
        return out;
    }
    [[nodiscard]] std::string tag(std::uint32_t group, std::uint32_t element) const { return number(group, 2) + number(element, 2); }
    /// The number of so many bytes at a place; 0 beyond the end.
    [[nodiscard]] std::uint32_t number_at(std::string_view file, std::size_t place, std::size_t bytes) const {
        std::uint32_t value = 0;
        if (place > file.size() || file.size() - place < bytes) return 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint32_t{static_cast<unsigned char>(file[place + (big_endian ? bytes - 1 - i : i)])} << 8 * i;
        return value;
    }
    /// The first element with this tag, without a VR and of two bytes; 0 where there is none.
    [[nodiscard]] std::uint32_t implicit_short(std::string_view file, std::uint32_t group, std::uint32_t element) const {
        const auto header = tag(group, element) + number(2, 4);
        const auto place = file.find(header);
        return place == file.npos ? 0 : number_at(file, place + header.size(), 2);
    }
};

/// The transfer syntax in a file's meta information, which is always explicit and little-endian; empty where there is none.
inline std::string_view transfer_syntax(std::string_view file) {
    constexpr std::string_view element{"\x02\x00\x10\x00UI", 6};
    const auto place = file.substr(0, 4096).find(element);
    if (place == file.npos || place + 8 > file.size()) return {};
    auto name = file.substr(place + 8, encoding{}.number_at(file, place + 6, 2));
    while (name.ends_with('\0') || name.ends_with(' ')) name.remove_suffix(1);
    return name;
}

/// Behind the fragments of encapsulated pixels, which begin at `place`, and the delimiter after the last; npos where they are not all there.
inline std::size_t end_of_fragments(std::string_view file, std::size_t place) {
    constexpr std::string_view item{"\xfe\xff\x00\xe0", 4}, delimiter{"\xfe\xff\xdd\xe0", 4};
    while (place + 8 <= file.size() && file.substr(place, 4) == item) place += 8 + std::size_t{encoding{}.number_at(file, place + 4, 4)};
    return place + 8 <= file.size() && file.substr(place, 4) == delimiter ? place + 8 : file.npos;
}

enum class pixels { none, cut, whole };

/// With explicit VRs: whether the pixels (7FE0,0010), those of an icon too, end within the file.
inline pixels explicit_pixels(std::string_view file, const encoding& e) {
    constexpr std::uint32_t undefined_length = 0xffffffff;
    const auto tag = e.tag(0x7fe0, 0x0010);
    auto found = pixels::none;
    for (auto place = file.find(tag); place != file.npos; place = file.find(tag, place)) {
        place += tag.size();
        const auto vr = file.substr(place, 2);
        if (vr != "OB" && vr != "OW" && vr != "UN") continue; // another value that holds the tag
        place += 8; // VR, two bytes more, length
        if (place > file.size()) return pixels::cut;
        const auto length = e.number_at(file, place - 4, 4);
        place = length == undefined_length ? end_of_fragments(file, place) : place + length;
        if (place > file.size()) return pixels::cut;
        found = pixels::whole;
    }
    return found;
}

/// Without VRs, in the default transfer syntax: the length must be that of one image, as anything may look like four bytes of a tag.
inline pixels implicit_pixels(std::string_view file) {
    constexpr encoding e;
    constexpr std::uint32_t image = 0x0028;
    const auto bytes = std::uint64_t{e.implicit_short(file, image, 0x0010)} * e.implicit_short(file, image, 0x0011) * e.implicit_short(file, image, 0x0100) / 8;
    const auto length = static_cast<std::uint32_t>(bytes + bytes % 2);
    const auto place = file.find(e.tag(0x7fe0, 0x0010) + e.number(length, 4));
    if (length == 0 || place == file.npos) return pixels::none;
    return place + 8 + length <= file.size() ? pixels::whole : pixels::cut;
}

} // namespace detail

/// Whether a file is a DICOM file by its name, or by how it begins.
[[nodiscard]] inline bool is_meant(const std::filesystem::path& path) {
    if (path.filename() == "DICOMDIR") return false; // an index
    if (path.extension() == ".dcm" || path.extension() == ".DCM") return true;
    const mapped_file mapped{path};
    return std::string_view{reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()}.substr(0, 132).ends_with("DICM");
}

/// Throws bad_input where the file ends before its last pixel does, or is written so that this cannot be seen. GDCM may end the program on such a file.
inline void check(const std::filesystem::path& path) {
    const auto wrong = [&](const char* what) { return bad_input{"'" + path.string() + "' " + what}; };
    const mapped_file mapped{path};
    const std::string_view file{reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()};
    const auto syntax = detail::transfer_syntax(file);
    if (syntax == "1.2.840.10008.1.2.1.99") throw wrong("is a deflated DICOM file; convert it to another transfer syntax, such as Explicit VR Little Endian");
    const bool implicit = syntax.empty() || syntax == "1.2.840.10008.1.2";
    switch (implicit ? detail::implicit_pixels(file) : detail::explicit_pixels(file, {.big_endian = syntax == "1.2.840.10008.1.2.2"})) {
        case detail::pixels::none: throw wrong("holds no pixels: it was cut off, or is no slice of a scan; repair it or move it elsewhere");
        case detail::pixels::cut: throw wrong("is damaged: it ends before its last pixel");
        case detail::pixels::whole: return;
    }
}

} // namespace facet::dicom_file
