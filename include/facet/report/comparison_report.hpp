#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/evaluate/paired.hpp>
#include <facet/evaluate/statement.hpp>
#include <facet/report/forest.hpp>
#include <facet/report/html.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/text.hpp>

/// comparison.json for people: a table in plain text, and a page with forest plots.
namespace facet::report {

/// A signed difference: +0.021.
[[nodiscard]] inline std::string signed_decimal(std::optional<double> value, int decimals = 3) {
    const auto text = decimal(value, decimals);
    return value && *value > 0 && text.find_first_of("123456789") != std::string::npos ? "+" + text : text;
}

[[nodiscard]] inline std::optional<std::pair<double, double>> interval_at(const json& from, const std::string& key) {
    if (!from.is_object() || !from.contains(key) || !from[key].is_object()) return std::nullopt;
    return std::pair{from[key]["low"].get<double>(), from[key]["high"].get<double>()};
}
[[nodiscard]] inline bool excludes_zero(const std::optional<std::pair<double, double>>& i) { return i && (i->first > 0 || i->second < 0); }

/// `0.412  +0.021 [-0.010, +0.052]`; a star where the interval that allows for all variants at once leaves out 0.
[[nodiscard]] inline std::string compared_cell(const json& entry, std::string_view gap) {
    std::string text = decimal(number_at(entry, "value"));
    const auto& difference = entry["difference"];
    if (difference.is_null()) return text;
    text += std::string{gap} + signed_decimal(number_at(difference, "value"));
    if (const auto i = interval_at(difference, "interval")) text += " [" + signed_decimal(i->first) + ", " + signed_decimal(i->second) + "]";
    if (excludes_zero(interval_at(difference, "simultaneous_interval"))) text += " *";
    return text;
}

/// What a reader must know of the intervals, sentence by sentence.
[[nodiscard]] inline std::vector<std::string> notes_on(const json& c) {
    const auto comparisons = c["multiplicity"]["comparisons"].get<std::int64_t>(), families = c["multiplicity"]["measures"].get<std::int64_t>() * c["multiplicity"]["parts"].get<std::int64_t>();
    const auto runs = c["folds"].size() * c["seeds"].size();
    std::vector<std::string> notes{"Differences to '" + text_at(c, "reference") + "', run by run on the same patients, folds and seeds; brackets: 95 % intervals, " + c["bootstrap"]["resamples"].dump()
                                   + " resamples of patients, the same for both."};
    notes.push_back("Each interval is by itself. There are " + std::to_string(comparisons) + " of them in a column: of " + std::to_string(comparisons) + " variants that are no better and no worse, about "
                    + decimal(0.05 * static_cast<double>(comparisons), 2) + " would leave out 0 by chance. A star: the interval that holds for all variants of the column at once leaves out 0, too.");
    notes.push_back("Nothing allows for the " + std::to_string(families) + " columns: decide which one counts before looking.");
    notes.push_back(runs == 1 ? "One run a variant: what another seed would change is not in these intervals."
                              : std::to_string(runs) + " runs a variant (folds and seeds); the intervals resample patients, not runs: what other seeds would change is not in them. comparison.json has the spread of the runs.");
    for (const auto& [part, n] : c["n_patients"].items())
        if (n.get<std::int64_t>() < few_patients)
            notes.push_back("Only " + n.dump() + " patients in " + part + ": resampling so few gives intervals that are too narrow, and stars that come too easily.");
    return notes;
}

[[nodiscard]] inline std::string part_title(const json& c, const std::string& part) {
    return (part == "test" ? "Test" : "Validation, out of fold (optimistic: it chose the checkpoints and the thresholds)") + std::string{": "} + c["n_patients"][part].dump() + " patients";
}

/// Rows of what any network must beat, under the measures' columns: chance, and the best scorer that knows no anatomy.
[[nodiscard]] inline std::vector<std::vector<std::string>> yardsticks(const json& c, const std::string& part) {
    std::vector<std::vector<std::string>> rows{{"chance"}, {"best trivial scorer"}};
    for (const auto m : measures) {
        const auto print = [&](const char* which) {
            const auto value = number_at(c, "yardsticks." + part + "." + std::string{key_of(m)} + "." + which);
            return value ? significant(value) : std::string{};
        };
        rows[0].push_back(print("chance"));
        rows[1].push_back(print("best_trivial"));
    }
    return rows;
}

[[nodiscard]] inline std::string comparison_table(const json& c) {
    std::string out = text_at(c, "statement") + "\n";
    std::size_t widest = 20;
    for (const auto& v : c["variants"]) widest = std::max(widest, text_at(v, "label").size());
    const auto letters = [](std::string_view words) { return static_cast<std::size_t>(std::ranges::count_if(words, [](char x) { return (static_cast<unsigned char>(x) & 0xC0) != 0x80; })); };
    const auto padded = [&](std::string text, std::size_t width) { return text + std::string(width > letters(text) ? width - letters(text) : 1, ' '); };
    for (const auto& [part, n] : c["n_patients"].items()) {
        out += "\n" + part_title(c, part) + "\n  " + padded("", widest + 2);
        for (const auto m : measures) out += padded(std::string{title_of(m)}, 36);
        out += '\n';
        for (const auto& row : yardsticks(c, part)) {
            out += "  " + padded(row[0], widest + 2);
            for (std::size_t k = 1; k < row.size(); ++k) out += padded(row[k], 36);
            out.erase(out.find_last_not_of(' ') + 1);
            out += '\n';
        }
        for (const auto& v : c["variants"]) {
            out += "  " + padded(text_at(v, "label"), widest + 2);
            for (const auto m : measures) out += padded(compared_cell(v[part][std::string{key_of(m)}], "  "), 36);
            out.erase(out.find_last_not_of(' ') + 1);
            out += '\n';
        }
    }
    if (c["variants"].size() > 1) {
        out += '\n';
        for (const auto& note : notes_on(c)) out += note + '\n';
    }
    for (const auto& label : c["missing"]) out += "Not compared, because not every run of it is finished: " + label.get<std::string>() + "\n";
    return out;
}

[[nodiscard]] inline std::string comparison_page(const json& c) {
    page out{"Comparison of " + text_at(c, "experiment")};
    out.statement(text_at(c, "statement"));
    out.paragraph(std::to_string(c["variants"].size()) + " variants, " + whole(c["steps"].get<std::int64_t>()) + " steps of " + c["batch"].dump() + " slices each, folds " + c["folds"].dump() + ", seeds " + c["seeds"].dump() + ".");
    for (const auto& label : c["missing"]) out.warning("Not compared, because not every run of it is finished: " + label.get<std::string>());
    for (const auto& [part, n] : c["n_patients"].items()) {
        out.section(part_title(c, part));
        table rows{.head = {"variant"}, .rows = {}};
        for (const auto m : measures) rows.head.emplace_back(title_of(m));
        for (auto& row : yardsticks(c, part)) rows.rows.push_back(std::move(row));
        for (const auto& v : c["variants"]) {
            std::vector<std::string> row{text_at(v, "label")};
            for (const auto m : measures) row.push_back(compared_cell(v[part][std::string{key_of(m)}], "\n"));
            rows.rows.push_back(std::move(row));
        }
        out.add(rows);
        for (const auto m : measures) {
            std::vector<forest_row> forest;
            for (const auto& v : c["variants"]) {
                const auto& difference = v[part][std::string{key_of(m)}]["difference"];
                if (difference.is_null()) continue;
                forest.push_back({text_at(v, "label"), number_at(difference, "value"), interval_at(difference, "interval"), interval_at(difference, "simultaneous_interval")});
            }
            if (forest.empty()) continue;
            const std::string title = "Difference in " + std::string{title_of(m)};
            out.figure(forest_plot(forest, title, title), "Difference to " + text_at(c, "reference") + ". Thick: 95 % interval of each by itself; thin: the interval that holds for all of them at once.");
        }
    }
    out.section("How to read this");
    for (const auto& note : notes_on(c)) out.paragraph(note);
    return out.html();
}

} // namespace facet::report
