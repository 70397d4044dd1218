#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <zlib.h>

#include <facet/core/error.hpp>

/// Whether a MetaImage (.mha) is whole: ITK's reader leaves zeros where its voxels end too early, without a word.
namespace facet::meta_image {

namespace detail {

inline std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
    return first == text.npos ? std::string{} : text.substr(first, last - first + 1);
}

/// `Key = Value` lines up to the one that says where the voxels are; the file stands behind it then.
inline std::map<std::string, std::string> header_of(std::istream& file) {
    std::map<std::string, std::string> fields;
    for (std::string line; !fields.contains("ElementDataFile") && std::getline(file, line);)
        if (const auto sign = line.find('='); sign != line.npos) fields[trimmed(line.substr(0, sign))] = trimmed(line.substr(sign + 1));
    return fields;
}

/// How many bytes the rest of the file unpacks to; none where the packed stream has no end or a wrong checksum.
inline std::uint64_t unpacked_size(std::istream& file) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 32) != Z_OK) throw std::bad_alloc{}; // zlib's or gzip's frame
    std::vector<char> packed(1 << 16);
    std::vector<unsigned char> unpacked(1 << 18);
    std::uint64_t size = 0;
    int state = Z_OK;
    while (state == Z_OK && file.read(packed.data(), static_cast<std::streamsize>(packed.size())).gcount() > 0) {
        stream.next_in = reinterpret_cast<unsigned char*>(packed.data());
        stream.avail_in = static_cast<unsigned>(file.gcount());
        do {
            stream.next_out = unpacked.data();
            stream.avail_out = static_cast<unsigned>(unpacked.size());
            state = inflate(&stream, Z_NO_FLUSH);
            size += unpacked.size() - stream.avail_out;
        } while (state == Z_OK && stream.avail_out == 0);
        if (state == Z_BUF_ERROR) state = Z_OK; // more input is needed
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? size : 0;
}

} // namespace detail

/// Throws bad_input where the file holds fewer than `bytes` bytes of voxels, keeps them as text, or in another file.
inline void check(const std::filesystem::path& path, std::uint64_t bytes) {
    const auto wrong = [&](const char* what) { return bad_input{"'" + path.string() + "' " + what}; };
    std::ifstream file{path, std::ios::binary};
    if (!file) throw io_error{"cannot open '" + path.string() + "'"};
    auto fields = detail::header_of(file);
    const auto says = [&](const char* field) { return fields[field].starts_with('T') || fields[field].starts_with('t') || fields[field].starts_with('1'); };
    if (auto where = fields["ElementDataFile"]; where != "LOCAL" && where != "Local" && where != "local") throw wrong("keeps its voxels in another file; expected one file with all");
    if (!says("BinaryData")) throw wrong("keeps its voxels as text; expected binary ones");
    const auto begin = file.tellg();
    const auto found = says("CompressedData") ? detail::unpacked_size(file) : std::filesystem::file_size(path) - static_cast<std::uint64_t>(begin);
    if (begin < 0 || found < bytes) throw wrong("is damaged: it ends before its last voxel, or its checksum is wrong");
}

} // namespace facet::meta_image
