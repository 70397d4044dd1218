#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <xxhash.h>

#include <facet/core/error.hpp>

/// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes length of the header, the header as JSON, the tensors.
/// Files of ours carry a checksum of themselves under "xxh3" in the metadata. Nothing in a file is ever executed.
namespace facet::safetensors {

/// A tensor in memory, C order; `bytes` belong to someone else.
struct tensor {
    std::string name;
    std::string dtype; ///< F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

using metadata = std::map<std::string, std::string>;

/// A file's contents; tensors are views of the bytes it was parsed from.
struct contents {
    std::vector<tensor> tensors; ///< in the order of their bytes
    facet::safetensors::metadata metadata;
    bool checked = false;        ///< the file carries a checksum, and it is right
};

namespace detail {

inline constexpr std::size_t longest_header = 100'000'000; // the limit of the reference implementation
inline constexpr std::string_view no_checksum = "0000000000000000";
inline constexpr std::string_view checksum_key = "\"xxh3\":\"";

inline std::size_t size_of(std::string_view dtype) {
    constexpr std::pair<std::string_view, std::size_t> sizes[]{{"F64", 8}, {"I64", 8}, {"U64", 8}, {"F32", 4}, {"I32", 4}, {"U32", 4}, {"F16", 2},
                                                               {"BF16", 2}, {"I16", 2}, {"U16", 2}, {"I8", 1}, {"U8", 1}, {"BOOL", 1}};
    for (const auto& [name, size] : sizes)
        if (name == dtype) return size;
    return 0;
}

inline std::string hexadecimal(std::uint64_t value) {
    std::string digits(no_checksum);
    for (std::size_t i = digits.size(); i-- > 0; value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
    return digits;
}

/// Where the digits of the checksum lie in the file.
inline std::optional<std::size_t> checksum_place(std::span<const std::byte> file, std::size_t header) {
    const std::string_view text{reinterpret_cast<const char*>(file.data()) + 8, header};
    const auto at = text.find(checksum_key);
    if (at == text.npos || at + checksum_key.size() + no_checksum.size() > text.size()) return std::nullopt;
    return 8 + at + checksum_key.size();
}

/// XXH3 of the file with the digits of the checksum taken as zeros.
inline std::string checksum(std::span<const std::byte> file, std::size_t place) {
    const auto rest = file.subspan(place + no_checksum.size());
    XXH3_state_t* const state = XXH3_createState();
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, file.data(), place);
    XXH3_64bits_update(state, no_checksum.data(), no_checksum.size());
    XXH3_64bits_update(state, rest.data(), rest.size());
    const auto digest = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hexadecimal(digest);
}

/// The bytes of a tensor of this shape, or nothing where that overflows.
inline std::optional<std::size_t> bytes_of(const std::vector<std::int64_t>& shape, std::size_t element) {
    std::size_t n = element;
    for (const auto extent : shape)
        if (extent < 0 || __builtin_mul_overflow(n, static_cast<std::size_t>(extent), &n)) return std::nullopt;
    return n;
}

/// The header; anything nested deeper than a tensor's shape is refused before it is built.
inline nlohmann::json parse_header(std::string_view text, const std::string& origin) {
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > 3) throw bad_input{"'" + origin + "' is not a safetensors file: its header is nested too deeply"};
        return true;
    };
    try {
        return nlohmann::json::parse(text.begin(), text.end(), shallow);
    } catch (const nlohmann::json::exception&) {
        throw bad_input{"'" + origin + "' is not a safetensors file: its header is not JSON"};
    }
}

} // namespace detail

/// The whole file in memory, with its checksum. Keys and values of the metadata are free text.
[[nodiscard]] inline std::vector<std::byte> serialise(std::span<const tensor> tensors, const metadata& extra) {
    nlohmann::json header = nlohmann::json::object();
    header["__metadata__"] = extra;
    header["__metadata__"]["xxh3"] = detail::no_checksum;
    header["__metadata__"]["format"] = "pt";
    std::size_t offset = 0;
    for (const auto& t : tensors) {
        header[t.name] = {{"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {offset, offset + t.bytes.size()}}};
        offset += t.bytes.size();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' '); // tensors begin aligned

    std::vector<std::byte> file(8 + text.size() + offset);
    const std::uint64_t length = text.size();
    std::memcpy(file.data(), &length, 8);
    std::memcpy(file.data() + 8, text.data(), text.size());
    std::size_t at = 8 + text.size();
    for (const auto& t : tensors) {
        if (!t.bytes.empty()) std::memcpy(file.data() + at, t.bytes.data(), t.bytes.size());
        at += t.bytes.size();
    }
    const auto place = *detail::checksum_place(file, text.size());
    const auto digits = detail::checksum(file, place);
    std::memcpy(file.data() + place, digits.data(), digits.size());
    return file;
}

/// Only the metadata, without looking at the tensors or the checksum. Throws bad_input naming `origin`.
[[nodiscard]] inline metadata read_metadata(std::span<const std::byte> file, const std::string& origin);

/// Reads a file in memory. Lengths, offsets and shapes are checked before anything is touched; a checksum, where there is one, must be right.
/// Throws bad_input naming `origin`.
[[nodiscard]] inline contents parse(std::span<const std::byte> file, const std::string& origin);

// Implementation.

namespace detail {

inline std::size_t header_length(std::span<const std::byte> file, const std::string& origin) {
    if (file.size() < 8) throw bad_input{"'" + origin + "' is not a safetensors file: it has only " + std::to_string(file.size()) + " bytes"};
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), 8);
    if (length > longest_header || length > file.size() - 8)
        throw bad_input{"'" + origin + "' is damaged: its header claims " + std::to_string(length) + " bytes"};
    return length;
}

inline nlohmann::json header_of(std::span<const std::byte> file, const std::string& origin) {
    const auto length = header_length(file, origin);
    auto header = parse_header({reinterpret_cast<const char*>(file.data()) + 8, length}, origin);
    if (!header.is_object()) throw bad_input{"'" + origin + "' is not a safetensors file: its header is not an object"};
    return header;
}

inline metadata metadata_of(const nlohmann::json& header, const std::string& origin) {
    metadata out;
    if (!header.contains("__metadata__")) return out;
    for (const auto& [key, value] : header.at("__metadata__").items()) {
        if (!value.is_string()) throw bad_input{"'" + origin + "' is damaged: its metadata '" + key + "' is not text"};
        out[key] = value.get<std::string>();
    }
    return out;
}

inline tensor tensor_of(const std::string& name, const nlohmann::json& entry, std::span<const std::byte> data, const std::string& origin) {
    const auto wrong = [&](const std::string& what) { return bad_input{"'" + origin + "' is damaged: tensor '" + name + "' " + what}; };
    try {
        tensor t{name, entry.at("dtype").get<std::string>(), entry.at("shape").get<std::vector<std::int64_t>>(), {}};
        const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>(), end = entry.at("data_offsets").at(1).get<std::uint64_t>();
        if (size_of(t.dtype) == 0) throw wrong("is of unknown type " + t.dtype);
        if (begin > end || end > data.size()) throw wrong("lies outside the file");
        if (bytes_of(t.shape, size_of(t.dtype)) != end - begin) throw wrong("has not as many bytes as its shape needs");
        t.bytes = data.subspan(begin, end - begin);
        return t;
    } catch (const nlohmann::json::exception&) {
        throw wrong("has no dtype, shape and data_offsets");
    }
}

} // namespace detail

inline metadata read_metadata(std::span<const std::byte> file, const std::string& origin) {
    return detail::metadata_of(detail::header_of(file, origin), origin);
}

inline contents parse(std::span<const std::byte> file, const std::string& origin) {
    const auto length = detail::header_length(file, origin);
    const auto place = detail::checksum_place(file, length);
    if (place) { // before the JSON: a flipped bit may have made the header unreadable
        const std::string_view claimed{reinterpret_cast<const char*>(file.data()) + *place, detail::no_checksum.size()};
        if (claimed != detail::checksum(file, *place)) throw bad_input{"'" + origin + "' is damaged: its checksum does not match its contents"};
    }
    const auto header = detail::header_of(file, origin);
    contents out;
    out.metadata = detail::metadata_of(header, origin);
    out.checked = place.has_value();
    const auto data = file.subspan(8 + length);
    for (const auto& [name, entry] : header.items())
        if (name != "__metadata__") out.tensors.push_back(detail::tensor_of(name, entry, data, origin));
    std::ranges::sort(out.tensors, {}, [](const tensor& t) { return t.bytes.data(); });
    std::size_t covered = 0;
    for (const auto& t : out.tensors) {
        if (!t.bytes.empty() && t.bytes.data() != data.data() + covered) throw bad_input{"'" + origin + "' is damaged: tensors overlap or leave gaps"};
        covered += t.bytes.size();
    }
    if (covered != data.size()) throw bad_input{"'" + origin + "' is damaged: it has bytes that belong to no tensor"};
    return out;
}

} // namespace facet::safetensors
