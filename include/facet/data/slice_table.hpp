#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/slice.hpp>

/// slices.csv: text of the rows and back. Texts in it are checked when cases are listed and need no quotes.
namespace facet::slice_table {

inline constexpr std::string_view header =
    "index,patient,vertebra,position,relative,spacing_row,spacing_column,step,fracture_pixels,ignored_pixels,native_pixels,"
    "native_fracture_pixels,source,template";

namespace detail {

inline void append(std::string& out, std::string_view text) { (out += text) += ','; }
template <class T> requires std::is_arithmetic_v<T> void append(std::string& out, T value) {
    char digits[32];
    append(out, std::string_view{digits, std::to_chars(digits, digits + sizeof digits, value).ptr});
}

struct row_reader {
    std::string_view line;
    std::size_t number;
    const std::filesystem::path& file;

    [[noreturn]] void fail() const { throw bad_input{"'" + file.string() + "' is damaged in line " + std::to_string(number) + "; expected the columns " + std::string{header}}; }
    std::string_view next(bool last = false) {
        const auto comma = line.find(',');
        if ((comma == line.npos) != last) fail();
        const auto cell = line.substr(0, comma);
        line.remove_prefix(last ? line.size() : comma + 1);
        return cell;
    }
    template <class T> T number_of() {
        const auto cell = next();
        T value{};
        const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (failure != std::errc{} || end != cell.data() + cell.size()) fail();
        return value;
    }
};

} // namespace detail

inline std::string text(std::span<const slice_info> slices) {
    std::string out{header};
    out += '\n';
    for (const auto& s : slices) {
        using detail::append;
        append(out, s.index), append(out, s.patient), append(out, s.vertebra), append(out, s.position), append(out, s.relative);
        append(out, s.spacing[0]), append(out, s.spacing[1]), append(out, s.step), append(out, s.fracture_pixels), append(out, s.ignored_pixels);
        append(out, s.native_pixels), append(out, s.native_fracture_pixels), append(out, s.source), append(out, s.anatomy);
        out.back() = '\n';
    }
    return out;
}

inline std::vector<slice_info> parse(std::string_view text, const std::filesystem::path& file) {
    std::vector<slice_info> slices;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        detail::row_reader row{text.substr(0, end), ++number, file};
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (number == 1) {
            if (row.line != header) row.fail();
            continue;
        }
        slice_info s;
        s.index = row.number_of<std::uint32_t>();
        s.patient = row.next();
        s.vertebra = row.number_of<int>();
        s.position = row.number_of<int>();
        s.relative = row.number_of<double>();
        s.spacing[0] = row.number_of<double>();
        s.spacing[1] = row.number_of<double>();
        s.step = row.number_of<double>();
        s.fracture_pixels = row.number_of<std::uint32_t>();
        s.ignored_pixels = row.number_of<std::uint32_t>();
        s.native_pixels = row.number_of<std::uint32_t>();
        s.native_fracture_pixels = row.number_of<std::uint32_t>();
        s.source = row.next();
        s.anatomy = row.next(true);
        if (s.index != slices.size()) row.fail();
        slices.push_back(std::move(s));
    }
    return slices;
}

} // namespace facet::slice_table
