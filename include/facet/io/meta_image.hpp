#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <istream>
#include <map>
#include <new>
#include <string>
#include <vector>

#include <zlib.h>

#include <facet/core/error.hpp>

/// Whether a MetaImage (.mha) is whole: ITK's reader leaves zeros where its voxels end too early, and what was in memory where they cannot be
/// decompressed, without a word.
namespace facet::meta_image {

/// Where the voxels of a file lie.
struct layout {
    std::uint64_t begin = 0, compressed = 0; ///< in bytes; compressed: 0 where they are as they are
};

namespace detail {

inline std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
    return first == text.npos ? std::string{} : text.substr(first, last - first + 1);
}

/// `Key = Value` lines up to the one that says where the voxels are; the file stands behind it then.
inline std::map<std::string, std::string> header_of(std::istream& file) {
    std::map<std::string, std::string> fields;
    for (std::string line; !fields.contains("ElementDataFile") && std::getline(file, line);)
        if (const auto sign = line.find_first_of("=:"); sign != line.npos) fields[trimmed(line.substr(0, sign))] = trimmed(line.substr(sign + 1));
    return fields;
}

inline bool is_true(const std::string& value) { return value.starts_with('T') || value.starts_with('t') || value.starts_with('1'); }

struct decompressed {
    int state = Z_OK;       ///< Z_STREAM_END where the stream is whole and its checksum right
    std::uint64_t size = 0; ///< bytes
};

/// What the next `left` bytes of a file decompress to, a frame of zlib's or of gzip's.
inline decompressed decompress(std::istream& file, std::uint64_t left) {
    std::vector<char> in(1 << 16);
    std::vector<unsigned char> out(1 << 18);
    z_stream stream{};
    if (inflateInit2(&stream, MAX_WBITS + 32) != Z_OK) throw std::bad_alloc{};
    decompressed result;
    while (result.state == Z_OK && left > 0) {
        file.read(in.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, in.size())));
        if (file.gcount() == 0) break;
        left -= static_cast<std::uint64_t>(file.gcount());
        stream.next_in = reinterpret_cast<unsigned char*>(in.data());
        stream.avail_in = static_cast<unsigned>(file.gcount());
        do {
            stream.next_out = out.data();
            stream.avail_out = static_cast<unsigned>(out.size());
            result.state = inflate(&stream, Z_NO_FLUSH);
            result.size += out.size() - stream.avail_out;
        } while (result.state == Z_OK && stream.avail_out == 0);
        if (result.state == Z_BUF_ERROR) result.state = Z_OK; // more input is needed
    }
    inflateEnd(&stream);
    if (result.state == Z_MEM_ERROR) throw std::bad_alloc{};
    return result;
}

} // namespace detail

/// Throws bad_input where the voxels are text, in another file, or not where the header ends.
[[nodiscard]] inline layout layout_of(const std::filesystem::path& path) {
    const auto wrong = [&](const char* what) { return bad_input{"'" + path.string() + "' " + what}; };
    std::ifstream file{path, std::ios::binary};
    if (!file) throw io_error{"cannot open '" + path.string() + "'"};
    auto fields = detail::header_of(file);
    if (!fields.contains("ElementDataFile")) throw wrong("is not a MetaImage: its header does not say where its voxels are");
    if (const auto& where = fields["ElementDataFile"]; where != "LOCAL" && where != "Local" && where != "local") throw wrong("keeps its voxels in another file; expected one file with all");
    if (fields.contains("BinaryData") && !detail::is_true(fields["BinaryData"])) throw wrong("keeps its voxels as text; expected binary ones");
    if (const auto& size = fields["HeaderSize"]; !size.empty() && size != "0") throw wrong("has a HeaderSize; expected voxels right behind the header");
    layout found{.begin = static_cast<std::uint64_t>(file.tellg())};
    if (!detail::is_true(fields["CompressedData"])) return found;
    found.compressed = std::strtoull(fields["CompressedDataSize"].c_str(), nullptr, 10);
    if (found.compressed == 0) throw wrong("does not say how large its compressed voxels are (CompressedDataSize), and cannot be read without");
    return found;
}

/// Throws bad_input where the file holds fewer than `bytes` bytes of voxels.
inline void check(const std::filesystem::path& path, const layout& where, std::uint64_t bytes) {
    const auto damaged = [&](const char* what) { return bad_input{"'" + path.string() + "' is damaged: " + what}; };
    constexpr const char* too_short = "it ends before its last voxel";
    const auto size = std::filesystem::file_size(path);
    if (where.compressed == 0) {
        if (size < where.begin + bytes) throw damaged(too_short);
        return;
    }
    std::ifstream file{path, std::ios::binary};
    file.seekg(static_cast<std::streamoff>(where.begin));
    const auto found = detail::decompress(file, where.compressed);
    if (found.state == Z_DATA_ERROR) throw damaged("its compressed voxels are not what was written");
    if (found.state != Z_STREAM_END || found.size < bytes) throw damaged(too_short);
}

} // namespace facet::meta_image
