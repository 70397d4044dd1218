#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/labels.hpp>

/// What a report reads from a run's folder.
namespace facet::report {

using json = nlohmann::ordered_json;

/// The text of a file, or nothing where there is none.
[[nodiscard]] inline std::optional<std::string> text_of(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

[[nodiscard]] inline json parsed(const std::string& text, const std::filesystem::path& origin) {
    try {
        return json::parse(text);
    } catch (const json::exception&) {
        throw bad_input{"'" + origin.string() + "' is damaged: it is not JSON"};
    }
}

/// null where there is no such file.
[[nodiscard]] inline json json_of(const std::filesystem::path& path) {
    const auto text = text_of(path);
    return text ? parsed(*text, path) : json{};
}

/// One object per line; a last line without its end, left by a crash, is passed over.
[[nodiscard]] inline std::vector<json> lines_of(const std::filesystem::path& path) {
    std::vector<json> out;
    auto text = text_of(path).value_or("");
    text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n'));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) out.push_back(parsed(line, path));
    return out;
}

/// The number at a path like "pixel.pr_auc": a plain number, or the `value` of a metric. Empty where null or absent.
[[nodiscard]] inline std::optional<double> number_at(const json& from, std::string_view path) {
    const json* at = &from;
    while (!path.empty()) {
        const auto dot = path.find('.');
        const std::string key{path.substr(0, dot)};
        if (!at->is_object() || !at->contains(key)) return std::nullopt;
        at = &(*at)[key];
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    if (at->is_object() && at->contains("value")) at = &(*at)["value"];
    return at->is_number() ? std::optional{at->get<double>()} : std::nullopt;
}

/// null where there is no such member.
[[nodiscard]] inline const json& member(const json& from, const std::string& key) {
    static const json nothing;
    return from.is_object() && from.contains(key) ? from[key] : nothing;
}

[[nodiscard]] inline std::string text_at(const json& from, const std::string& key) {
    return from.is_object() && from.contains(key) && from[key].is_string() ? from[key].get<std::string>() : std::string{};
}

/// One line of scores.csv.
struct score_row {
    std::string unit; ///< "patient", "vertebra" or "slice"
    std::string patient;
    int vertebra = 0;
    std::uint32_t slice = 0;
    std::optional<double> score;
    bool truth = false;
};

namespace detail {
template <class T> std::optional<T> field_as(const std::string& text) {
    T value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}
} // namespace detail

/// scores.csv: `level,patient,vertebra,slice,score,truth`.
[[nodiscard]] inline std::vector<score_row> scores_of(const std::filesystem::path& path) {
    std::vector<score_row> out;
    std::istringstream lines{text_of(path).value_or("")};
    std::string line;
    std::getline(lines, line); // the head
    while (std::getline(lines, line)) {
        std::vector<std::string> cells;
        std::istringstream cells_of{line};
        for (std::string cell; std::getline(cells_of, cell, ',');) cells.push_back(cell);
        if (cells.size() != 6) throw bad_input{"'" + path.string() + "' is damaged: expected six columns in '" + line + "'"};
        out.push_back({.unit = cells[0], .patient = cells[1], .vertebra = detail::field_as<int>(cells[2]).value_or(0),
                       .slice = detail::field_as<std::uint32_t>(cells[3]).value_or(0), .score = detail::field_as<double>(cells[4]), .truth = cells[5] == "1"});
    }
    return out;
}

/// A described policy as text: `balanced(positive_fraction 0.5)`. `above`: the roles and fields it stands in; a namespace that one of them says is left out.
[[nodiscard]] inline std::string policy_text(const json& described, const std::vector<std::string>& above = {}) {
    if (described.is_array()) {
        std::string out;
        for (const auto& item : described) out += (out.empty() ? "" : ", ") + policy_text(item, above);
        return out;
    }
    if (!described.is_object()) return described.is_string() ? described.get<std::string>() : described.dump();
    if (described.size() == 2 && described.contains("low") && described.contains("high") && !described.contains("policy"))
        return described["low"].dump() + " to " + described["high"].dump() + " HU";
    std::string fields;
    for (const auto& [name, value] : described.items()) {
        if (name == "policy") continue;
        auto names = above;
        names.push_back(name);
        fields += (fields.empty() ? "" : ", ") + (name == "items" || name == "channels" ? "" : name + " ") + policy_text(value, names);
    }
    auto policy = text_at(described, "policy");
    if (const auto scope = policy.rfind("::"); scope != std::string::npos) {
        const auto owner = policy.substr(0, scope);
        const auto said = [&](const std::string& name) { return name == owner || name == owner + "s"; };
        if (std::ranges::any_of(above, said)) policy.erase(0, scope + 2);
    }
    if (policy.empty()) return fields;
    return fields.empty() ? policy : policy + "(" + fields + ")";
}

} // namespace facet::report
