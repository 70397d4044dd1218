#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

/// Scalars for TensorBoard: event files are TFRecords (length, data, masked CRC-32C of each) of `tensorflow.Event` protocol buffers.
namespace facet::events {

namespace detail {

/// CRC-32C (Castagnoli), reflected.
[[nodiscard]] inline std::uint32_t crc32c(std::string_view bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> t{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            t[i] = i;
            for (int bit = 0; bit < 8; ++bit) t[i] = (t[i] >> 1) ^ ((t[i] & 1) != 0 ? 0x82f63b78u : 0u);
        }
        return t;
    }();
    std::uint32_t crc = ~0u;
    for (const char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xff] ^ (crc >> 8);
    return ~crc;
}
/// Checksums of data that hold checksums are weak; TFRecord therefore rotates and shifts them.
[[nodiscard]] inline std::uint32_t masked(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8u; }

template <class T> void append_raw(std::string& out, T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out.append(bytes, sizeof(T));
}
inline void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}
/// A field of a protocol buffer whose value has a length.
inline void append_bytes(std::string& out, int field, std::string_view bytes) {
    append_varint(out, static_cast<std::uint64_t>(field) << 3 | 2);
    append_varint(out, bytes.size());
    out += bytes;
}

[[nodiscard]] inline std::string record(std::string_view data) {
    std::string length, out;
    append_raw(length, static_cast<std::uint64_t>(data.size()));
    out = length;
    append_raw(out, masked(crc32c(length)));
    out += data;
    append_raw(out, masked(crc32c(data)));
    return out;
}

} // namespace detail

struct scalar {
    std::string tag; ///< "val/pr_auc"
    float value = 0;
};

/// `Event{wall_time = 1, step = 2, summary = 5 {value = 1 {tag = 1, simple_value = 2}}}` as a record.
[[nodiscard]] inline std::string scalars_record(double seconds_since_1970, std::int64_t step, std::span<const scalar> scalars) {
    std::string summary, event;
    for (const auto& s : scalars) {
        std::string value;
        detail::append_bytes(value, 1, s.tag);
        value += '\x15'; // field 2, 32 bits
        detail::append_raw(value, s.value);
        detail::append_bytes(summary, 1, value);
    }
    event += '\x09'; // field 1, 64 bits
    detail::append_raw(event, seconds_since_1970);
    event += '\x10'; // field 2, varint
    detail::append_varint(event, static_cast<std::uint64_t>(step));
    detail::append_bytes(event, 5, summary);
    return detail::record(event);
}

/// The record every event file begins with.
[[nodiscard]] inline std::string version_record(double seconds_since_1970) {
    std::string event{'\x09'};
    detail::append_raw(event, seconds_since_1970);
    detail::append_bytes(event, 3, "brain.Event:2");
    return detail::record(event);
}

/// One event file in a folder of its own; TensorBoard shows all files of the folder as one run. Failing to write is reported, not thrown:
/// curves are a convenience, metrics.jsonl is the record.
class writer {
public:
    writer(const std::filesystem::path& folder, double seconds_since_1970) {
        std::error_code ignored;
        std::filesystem::create_directories(folder, ignored);
        const auto name = "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(seconds_since_1970)) + "." + std::to_string(::getpid());
        file_.open(folder / name, std::ios::binary);
        file_ << version_record(seconds_since_1970) << std::flush;
    }
    [[nodiscard]] bool add(double seconds_since_1970, std::int64_t step, std::span<const scalar> scalars) {
        file_ << scalars_record(seconds_since_1970, step, scalars) << std::flush;
        return static_cast<bool>(file_);
    }

private:
    std::ofstream file_;
};

} // namespace facet::events
