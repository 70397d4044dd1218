#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <facet/data/statistics.hpp>
#include <facet/evaluate/statement.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/report/html.hpp>
#include <facet/report/svg.hpp>

/// The distribution report: analysis.json for programs, analysis.html for people.
namespace facet {

namespace detail::analysis {

using namespace facet::report;

inline std::optional<double> ratio(std::size_t part, std::size_t all) { return all > 0 ? std::optional{static_cast<double>(part) / static_cast<double>(all)} : std::nullopt; }

inline std::vector<std::string> row_of(const std::string& name, const group_statistics& g) {
    const double mm2 = g.positive_slices > 0 ? g.mask_mm2 / static_cast<double>(g.positive_slices) : NAN;
    return {name, whole(static_cast<std::int64_t>(g.slices)), whole(static_cast<std::int64_t>(g.positive_slices)), percent(ratio(g.positive_slices, g.slices)),
            whole(static_cast<std::int64_t>(g.vertebrae.size())), whole(static_cast<std::int64_t>(g.positive_vertebrae.size())), percent(ratio(g.positive_vertebrae.size(), g.vertebrae.size())),
            decimal(mm2, 0), percent(g.native.of_positive()), percent(g.stored.of_all())};
}

inline table table_by(const std::string& what) {
    return {{what, "slices", "with fracture", "share", "vertebrae", "fractured", "share", "mean mask, mm\u00b2", "mask share, positive slices, native", "mask share, all slices, stored"}, {}};
}

/// From the neck down, as a spine is read.
inline std::string levels_chart(const store_statistics& s) {
    std::vector<tick> ticks;
    double highest = 0;
    for (const auto& [level, g] : s.by_level) highest = std::max(highest, 100 * ratio(g.positive_vertebrae.size(), g.vertebrae.size()).value_or(0));
    const int first = s.by_level.rbegin()->first;
    for (const auto& [level, g] : s.by_level) ticks.push_back({static_cast<double>(first - level), vertebra_name(vertebra_id{level})});
    std::ranges::reverse(ticks);
    chart c{{"level", -0.6, static_cast<double>(first - s.by_level.begin()->first) + 0.6, false, ticks}, {"fractured vertebrae, %", 0, std::max(5.0, highest * 1.1), false}, 620, 260};
    for (const auto& [level, g] : s.by_level) {
        const double x = first - level, share = 100 * ratio(g.positive_vertebrae.size(), g.vertebrae.size()).value_or(0);
        c.box({x - 0.35, 0}, {x + 0.35, share}, ink::blue);
    }
    return c.svg("Share of fractured vertebrae by level");
}

/// Sizes over three decades: bars by fifth of a decade.
inline std::string area_chart(const std::vector<double>& sizes, const std::string& label) {
    std::map<int, double> bins;
    for (const auto n : sizes) ++bins[static_cast<int>(std::floor(5 * std::log10(n)))];
    double highest = 1;
    for (const auto& [b, n] : bins) highest = std::max(highest, n);
    const double low = std::pow(10, bins.begin()->first / 5.0), high = std::pow(10, (bins.rbegin()->first + 1) / 5.0);
    chart c{{label, low, high, true}, {"slices", 0, highest * 1.08, false}};
    for (const auto& [b, n] : bins) c.box({std::pow(10, (b + 0.06) / 5.0), 0}, {std::pow(10, (b + 0.94) / 5.0), n}, ink::vermilion);
    return c.svg("Sizes of fracture masks: " + label);
}

/// How many patients have how many fractured vertebrae.
inline std::string patients_chart(const store_statistics& s) {
    std::map<int, double> patients;
    for (const double n : s.fractures_per_patient) ++patients[static_cast<int>(n)];
    double highest = 5; // whole numbers on the axis
    for (const auto& [n, count] : patients) highest = std::max(highest, count);
    std::vector<tick> ticks;
    const int last = patients.rbegin()->first;
    for (int n = 0; n <= last; n += last > 14 ? 2 : 1) ticks.push_back({static_cast<double>(n), std::to_string(n)});
    chart c{{"fractured vertebrae of a patient", -0.6, last + 0.6, false, ticks}, {"patients", 0, highest * 1.08, false}};
    for (const auto& [n, count] : patients) c.box({n - 0.35, 0}, {n + 0.35, count}, ink::blue);
    return c.svg("Patients by number of fractured vertebrae");
}

inline std::string hu_chart(const store_statistics& s) {
    double highest = 0;
    const auto curve = [&](const std::map<int, std::uint64_t>& bins) {
        double total = 0;
        for (const auto& [hu, n] : bins) total += static_cast<double>(n);
        std::vector<report::point> line;
        for (int hu = -300; hu <= 1250; hu += hu_step) {
            const auto at = bins.find(hu);
            const double share = at == bins.end() || total == 0 ? 0 : 100 * static_cast<double>(at->second) / total;
            line.push_back({hu + 0.5 * hu_step, share});
            highest = std::max(highest, share);
        }
        return line;
    };
    const auto outside = curve(s.hu_outside), inside = curve(s.hu_inside);
    chart c{{"Hounsfield units", -300, 1300, false}, {"share of pixels, %", 0, highest * 1.08, false}};
    c.line(outside, ink::grey);
    c.line(inside, ink::vermilion);
    c.legend("outside", ink::grey);
    c.legend("in fracture masks", ink::vermilion);
    return c.svg("Hounsfield units inside and outside fracture masks");
}

inline void add_totals(page& p, const store_statistics& s, const store& data) {
    const auto n = [](std::size_t x) { return whole(static_cast<std::int64_t>(x)); };
    p.headlines(std::vector<page::headline>{
        {n(s.all.patients.size()), "patients", n(s.all.positive_patients.size()) + " with a fracture"},
        {n(s.all.vertebrae.size()), "vertebrae", n(s.all.positive_vertebrae.size()) + " fractured (" + percent(ratio(s.all.positive_vertebrae.size(), s.all.vertebrae.size())) + ")"},
        {n(s.all.slices), "slices of " + std::to_string(data.size()) + " \u00d7 " + std::to_string(data.size()), n(s.all.positive_slices) + " with fracture (" + percent(ratio(s.all.positive_slices, s.all.slices)) + ")"},
        {percent(s.all.stored.of_all()), "of stored pixels are fracture", "the chance level of a pixel PR-AUC"}});
    table t{{"share of fracture pixels", "over positive slices", "over all slices"}, {}};
    t.rows.push_back({"native resolution, the crop's own slice", percent(s.all.native.of_positive()), percent(s.all.native.of_all())});
    t.rows.push_back({"stored, ignored pixels left out", percent(s.all.stored.of_positive()), percent(s.all.stored.of_all())});
    p.add(t);
    p.note("Papers rarely say which of these four they mean, and they can differ more than tenfold.");
}

inline void add_parts(page& p, const store_statistics& s) {
    p.section("The split");
    if (s.by_part.empty()) {
        p.paragraph("There is no split.json yet.");
        return;
    }
    auto t = table_by("part");
    for (const auto& [part, levels] : s.by_part) t.rows.push_back(row_of(part, total_of(s, part)));
    p.add(t);
    table matrix{{"fractured vertebrae"}, {}};
    for (const auto& [part, levels] : s.by_part) matrix.head.push_back(part);
    for (auto level = s.by_level.rbegin(); level != s.by_level.rend(); ++level) {
        auto& row = matrix.rows.emplace_back(1, printed(vertebra_id{level->first}));
        for (const auto& [part, levels] : s.by_part) {
            const auto at = levels.find(level->first);
            const std::size_t all = at == levels.end() ? 0 : at->second.vertebrae.size(), broken = at == levels.end() ? 0 : at->second.positive_vertebrae.size();
            row.push_back((broken > 0 ? std::to_string(broken) : "none") + " of " + std::to_string(all));
        }
    }
    p.add(matrix);
    p.note("Where a part has none, sensitivity is undefined; specificity is not.");
}

/// "1.5 mm", or from the least to the greatest.
inline std::string range_of(const std::set<double>& values) {
    if (values.empty()) return std::string{undefined_sign};
    const auto low = significant(*values.begin()), high = significant(*values.rbegin());
    return (low == high ? low : low + " " + std::string{en_dash} + " " + high) + " mm";
}

inline std::string range_of(const std::vector<double>& sorted) {
    if (sorted.empty()) return std::string{undefined_sign};
    return decimal(quantile(sorted, 0), 0) + " " + std::string{en_dash} + " " + decimal(quantile(sorted, 1), 0) + ", median " + decimal(quantile(sorted, 0.5), 0);
}

inline void add_geometry(page& p, const store_statistics& s, const store& data) {
    const auto ignored = ratio(s.all.ignored, data.count() * s.pixels_per_slice);
    const auto hounsfield = [](const moments& m) { return decimal(m.mean(), 0) + " \u00b1 " + decimal(m.deviation(), 0) + " HU"; };
    p.section("Slices");
    p.definitions(std::vector<std::pair<std::string, std::string>>{
        {"size", std::to_string(data.size()) + " \u00d7 " + std::to_string(data.size()) + " pixels of " + range_of(s.spacings)},
        {"distance", range_of(s.steps) + " from slice to slice"},
        {"slices of a vertebra", range_of(s.slices_per_vertebra)},
        {"ignored pixels", percent(ignored) + ": bone of other vertebrae and what the reader was unsure of"},
        {"in fracture masks", hounsfield(s.hu_in_masks)},
        {"elsewhere", hounsfield(s.hu_elsewhere) + ", padding left out"}});
}

inline std::string html(const store_statistics& s, const store& data) {
    page p{"What the data hold"};
    p.statement(statement_of(data.data_statement(), !s.by_part.empty()));
    add_totals(p, s, data);
    p.section("By level");
    p.figure(levels_chart(s), "Share of vertebrae with a fracture, from the neck down.");
    auto t = table_by("level");
    for (auto at = s.by_level.rbegin(); at != s.by_level.rend(); ++at) t.rows.push_back(row_of(printed(vertebra_id{at->first}), at->second));
    t.rows.push_back(row_of("all", s.all));
    t.strong = {t.rows.size() - 1};
    p.add(t);
    p.section("Fractures");
    if (s.mask_pixels.empty()) {
        p.paragraph("No slice holds a fracture.");
    } else {
        p.begin_row();
        p.figure(patients_chart(s), "Fractures keep company: patients by the number of their fractured vertebrae.");
        p.figure(area_chart(s.mask_pixels, "fracture pixels in a slice"), "How large the masks are as stored, over slices with a fracture. Median " + decimal(quantile(s.mask_pixels, 0.5), 0) + " pixels.");
        p.figure(area_chart(s.mask_mm2, "fracture in a slice, mm\u00b2"), "The same in the patient. Median " + decimal(quantile(s.mask_mm2, 0.5), 0) + " mm\u00b2.");
        p.figure(hu_chart(s), "Density in fracture masks and elsewhere in the crops, padding left out.");
        p.end_row();
    }
    add_parts(p, s);
    add_geometry(p, s, data);
    p.section("By patient");
    auto patients = table_by("patient");
    for (const auto& [name, g] : s.by_patient) patients.rows.push_back(row_of(name, g));
    p.add(patients);
    return p.html();
}

} // namespace detail::analysis

/// Counts a store and writes `out`/analysis.json and `out`/analysis.html. Returns the JSON.
inline nlohmann::ordered_json analyze(const store& data, const std::filesystem::path& out) {
    const auto statistics = count_store(data);
    const auto json = to_json(statistics, data);
    std::error_code failure;
    std::filesystem::create_directories(out, failure);
    if (failure) throw io_error{"cannot create the folder '" + out.string() + "': " + failure.message()};
    write_atomically(out / "analysis.json", json.dump(2) + "\n");
    write_atomically(out / "analysis.html", detail::analysis::html(statistics, data));
    return json;
}

} // namespace facet
