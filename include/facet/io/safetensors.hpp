#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <xxhash.h>

#include <facet/core/error.hpp>
#include <facet/io/atomic_file.hpp>

/// The safetensors format (8 bytes of header length, a JSON header, raw little-endian data), with a checksum of ours in its metadata.
/// Files without the checksum, as Python writes them, are read too.
namespace facet::safetensors {

/// One tensor as bytes. `type` is safetensors' own name: F32, BF16, F64, I64, I16, U8, BOOL, ...
struct entry {
    std::string name, type;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

struct file {
    std::vector<std::byte> buffer;                 ///< what the entries point into
    std::vector<entry> entries;
    std::map<std::string, std::string> metadata;
};

inline std::size_t bytes_of(std::string_view type) {
    if (type == "F64" || type == "I64" || type == "U64") return 8;
    if (type == "F32" || type == "I32" || type == "U32") return 4;
    if (type == "F16" || type == "BF16" || type == "I16" || type == "U16") return 2;
    if (type == "U8" || type == "I8" || type == "BOOL") return 1;
    return 0;
}

namespace detail {

constexpr auto checksum_key = "facet.xxh3";

/// Of names, types, shapes, metadata and data: everything a flipped bit could change the meaning of.
inline std::string checksum(std::span<const entry> entries, const std::map<std::string, std::string>& metadata) {
    XXH3_state_t* state = XXH3_createState();
    XXH3_128bits_reset(state);
    const auto add = [&](const auto& text) { XXH3_128bits_update(state, text.data(), text.size() * sizeof(text[0])); };
    for (const auto& e : entries) add(e.name), add(e.type), add(e.shape), add(e.bytes);
    for (const auto& [key, value] : metadata)
        if (key != checksum_key) add(key), add(value);
    const auto digest = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(digest.high64), static_cast<unsigned long long>(digest.low64));
    return text;
}

} // namespace detail

/// The whole file in memory; write it with write_atomically.
inline std::vector<std::byte> serialise(std::span<const entry> entries, std::map<std::string, std::string> metadata) {
    metadata[detail::checksum_key] = detail::checksum(entries, metadata);
    nlohmann::ordered_json header;
    header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const auto& e : entries) {
        header[e.name] = {{"dtype", e.type}, {"shape", e.shape}, {"data_offsets", {offset, offset + e.bytes.size()}}};
        offset += e.bytes.size();
    }
    auto text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' '); // data starts at a multiple of 8

    std::vector<std::byte> out(8 + text.size() + offset);
    const std::uint64_t length = text.size();
    std::memcpy(out.data(), &length, 8);
    std::memcpy(out.data() + 8, text.data(), text.size());
    auto* to = out.data() + 8 + text.size();
    for (const auto& e : entries) to = std::copy(e.bytes.begin(), e.bytes.end(), to);
    return out;
}

/// Throws bad_input naming `path` when the bytes are not a safetensors file, do not add up, or lost their checksum.
inline file parse(std::vector<std::byte> buffer, const std::filesystem::path& path) {
    const auto wrong = [&](const char* what) { return bad_input{"'" + path.string() + "' " + what}; };
    std::uint64_t length = 0;
    if (buffer.size() < 8) throw wrong("is not a safetensors file: it is too short");
    std::memcpy(&length, buffer.data(), 8);
    if (length > buffer.size() - 8 || length > (std::uint64_t{100} << 20)) throw wrong("is not a safetensors file, or is cut short: its header is longer than the file");

    file f;
    const std::size_t data_size = buffer.size() - 8 - length;
    f.buffer = std::move(buffer);
    const auto data = std::span<const std::byte>{f.buffer}.subspan(8 + length);
    try {
        const auto* text = reinterpret_cast<const char*>(f.buffer.data() + 8);
        const auto header = nlohmann::ordered_json::parse(text, text + length);
        std::size_t expected = 0;
        for (const auto& [name, value] : header.items()) {
            if (name == "__metadata__") {
                f.metadata = value.get<std::map<std::string, std::string>>();
                continue;
            }
            entry e{name, value.at("dtype").get<std::string>(), value.at("shape").get<std::vector<std::int64_t>>(), {}};
            const auto begin = value.at("data_offsets").at(0).get<std::uint64_t>(), end = value.at("data_offsets").at(1).get<std::uint64_t>();
            std::uint64_t size = bytes_of(e.type);
            if (size == 0) throw wrong("holds a tensor of a type this version does not know");
            for (const auto n : e.shape) {
                if (n < 0 || (n > 0 && size > std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(n))) throw wrong("is damaged: a tensor has an impossible shape");
                size *= static_cast<std::uint64_t>(n);
            }
            if (begin > end || end > data_size || end - begin != size) throw wrong("is damaged or cut short: a tensor lies outside the file");
            e.bytes = data.subspan(begin, end - begin);
            expected = std::max<std::size_t>(expected, end);
            f.entries.push_back(std::move(e));
        }
        if (expected != data_size) throw wrong("is damaged: it holds bytes that belong to no tensor");
    } catch (const nlohmann::json::exception&) {
        throw wrong("is not a safetensors file, or is damaged: its header is not readable");
    }
    if (const auto stored = f.metadata.find(detail::checksum_key); stored != f.metadata.end() && stored->second != detail::checksum(f.entries, f.metadata))
        throw wrong("is damaged: its checksum does not match");
    return f;
}

inline file read(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary | std::ios::ate};
    if (!in) throw bad_input{"cannot read '" + path.string() + "': there is no such file, or it may not be opened"};
    std::vector<std::byte> buffer(static_cast<std::size_t>(in.tellg()));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    if (!in) throw io_error{"cannot read '" + path.string() + "' to its end"};
    return parse(std::move(buffer), path);
}

} // namespace facet::safetensors
