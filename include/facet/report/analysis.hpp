#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
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

inline std::string area_chart(const store_statistics& s) {
    std::map<int, double> bins; // by fifth of a decade of pixels
    for (const auto n : s.mask_pixels) ++bins[static_cast<int>(std::floor(5 * std::log10(static_cast<double>(n))))];
    double highest = 1;
    for (const auto& [b, n] : bins) highest = std::max(highest, n);
    const double low = std::pow(10, bins.begin()->first / 5.0), high = std::pow(10, (bins.rbegin()->first + 1) / 5.0);
    chart c{{"fracture pixels in a slice", low, high, true}, {"slices", 0, highest * 1.08, false}};
    for (const auto& [b, n] : bins) c.box({std::pow(10, (b + 0.06) / 5.0), 0}, {std::pow(10, (b + 0.94) / 5.0), n}, ink::vermilion);
    return c.svg("Sizes of fracture masks");
}

inline std::string hu_chart(const store_statistics& s) {
    chart c{{"Hounsfield units", -300, 1300, false}, {"share of pixels, %", 0, 1, false}};
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
    c = chart{{"Hounsfield units", -300, 1300, false}, {"share of pixels, %", 0, highest * 1.08, false}};
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
    p.note("Papers rarely say which of these four they mean. They differ by a factor of ten and more.");
}

inline void add_parts(page& p, const store_statistics& s) {
    p.section("The split");
    if (s.by_part.empty()) {
        p.paragraph("There is no split.json yet.");
        return;
    }
    auto t = table_by("part");
    for (const auto& [part, levels] : s.by_part) {
        group_statistics sum;
        for (const auto& [level, g] : levels) {
            sum.slices += g.slices, sum.positive_slices += g.positive_slices, sum.mask_mm2 += g.mask_mm2;
            sum.vertebrae.insert(g.vertebrae.begin(), g.vertebrae.end());
            sum.positive_vertebrae.insert(g.positive_vertebrae.begin(), g.positive_vertebrae.end());
            for (auto [to, from] : {std::pair{&sum.stored, &g.stored}, std::pair{&sum.native, &g.native}}) to->fracture += from->fracture, to->all += from->all, to->in_positive_slices += from->in_positive_slices;
        }
        t.rows.push_back(row_of(part, sum));
    }
    p.add(t);
    for (const auto& [part, levels] : s.by_part) {
        const auto missing = levels_without_positives(s, part);
        if (missing.empty()) continue;
        std::string names;
        for (const auto& m : missing) names += (names.empty() ? "" : ", ") + m;
        p.paragraph("No fracture in " + part + ": " + names + ". Sensitivity is undefined there, specificity is not.");
    }
}

inline std::string html(const store_statistics& s, const store& data) {
    page p{"What the data hold"};
    p.statement(statement_of(data.data_statement()));
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
        p.figure(area_chart(s), "How large the masks are, over slices with a fracture.");
        p.figure(hu_chart(s), "Density in fracture masks and elsewhere in the crops, padding left out.");
        p.end_row();
    }
    add_parts(p, s);
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
