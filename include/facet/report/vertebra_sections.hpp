#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/units.hpp>
#include <facet/data/labels.hpp>
#include <facet/report/figures.hpp>
#include <facet/report/html.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/run_page.hpp>
#include <facet/report/svg.hpp>
#include <facet/report/text.hpp>

/// What a report says of whole vertebrae: their scores, their masks, and both by level.
namespace facet::report {

namespace detail {

inline std::vector<scored_unit> scored(const run_contents& run, const std::string& unit) {
    std::vector<scored_unit> out;
    for (const auto& row : run.scores)
        if (row.unit == unit && row.score) out.push_back({vertebra_name({row.vertebra}), *row.score, row.truth});
    return out;
}

inline void receiver_curve(run_page& out, const run_contents& run, const std::string& unit) {
    const auto units = scored(run, unit);
    if (std::ranges::none_of(units, &scored_unit::truth) || std::ranges::all_of(units, &scored_unit::truth)) return;
    out.figure(unit + "_roc", roc(unit + " sensitivity", units, number_at(member(run.evaluation, unit), "threshold")),
               "Calling a " + unit + " fractured: sensitivity over one minus specificity. The ring is the threshold chosen on validation.");
}

} // namespace detail

/// How whole vertebrae, and slices beside them, are scored; nothing in a run that was not evaluated.
inline void vertebra_section(run_page& out, const run_contents& run) {
    const auto units = detail::scored(run, "vertebra");
    if (units.empty()) return;
    out.section("Vertebrae");
    std::set<int, std::greater<>> levels; // from the head down
    for (const auto& row : run.scores)
        if (row.unit == "vertebra") levels.insert(row.vertebra);
    std::vector<std::string> groups;
    for (const int level : levels) groups.push_back(vertebra_name({level}));
    const auto threshold = number_at(member(run.evaluation, "vertebra"), "threshold");
    out.figure("vertebra_scores", strips(units, groups, threshold), "Every vertebra by level. Fractured ones should lie above the threshold (dashed), the others below.");
    out.begin_row();
    detail::receiver_curve(out, run, "vertebra");
    detail::receiver_curve(out, run, "slice");
    out.end_row();
}

/// What needs whole masks: surfaces, lesions, the postprocess.
inline void mask_section(run_page& out, const run_contents& run) {
    const auto &surface = member(run.evaluation, "surface"), &lesion = member(run.evaluation, "lesion"), &after = member(run.evaluation, "postprocessed");
    if (!lesion.is_object()) return;
    out.section("Masks and lesions");
    if (after.is_object()) {
        out.paragraph("The masks are postprocessed: " + policy_text(member(after, "policy"), {"postprocess"}) + ". Threshold " + probability(number_at(after, "threshold")) + " and postprocess were chosen together on validation; pixel Dice here "
                      + decimal(number_at(after, "pixel.dice"), 3) + ", of fractured vertebrae " + decimal(number_at(after, "vertebra.dice"), 3) + ".");
        if (member(member(after, "threshold"), "at_edge") == true) out.warning("The threshold of the postprocessed scores lies at the edge of what was searched on validation: the optimum may be beyond it.");
        for (const auto& field : member(after, "at_edge")) out.warning("The best " + field.get<std::string>() + " on validation was the last value tried: the optimum may be beyond it.");
    }
    table t{.head = {"", "value", "95 %", "n", "undefined"}, .rows = {}};
    const auto row = [&](const std::string& name, const json& metric, int decimals) {
        const auto range = interval_text(metric, decimals);
        t.rows.push_back({name, decimal(number_at(metric, "value"), decimals), range.empty() ? std::string{undefined_sign} : range, counted(metric, "n"), counted(metric, "undefined")});
    };
    row("lesions found", member(lesion, "sensitivity"), 3);
    row("free-response score", member(lesion, "froc"), 3);
    row("false positives per patient", member(lesion, "false_positives_per_patient"), 2);
    row("false positives per vertebra", member(lesion, "false_positives_per_volume"), 3);
    row("mm\u00b3 marked on a healthy vertebra", member(lesion, "marked_mm3_on_healthy"), 1);
    for (const auto& [key, name] : {std::pair{"hd", "Hausdorff distance, mm"}, {"hd95", "95 % Hausdorff distance, mm"}, {"assd", "average surface distance, mm"}, {"nsd", "normalised surface Dice"}})
        row(name, member(surface, key), std::string_view{key} == "nsd" ? 3 : 1);
    out.add(t);
    out.note("Lesions are connected pieces of the truth; one counts as found if a piece of the mask touches it. The free-response score is the mean sensitivity at 1/4, 1/2, 1, 2, 4 and 8 false positives per patient. Surfaces are those of fractured vertebrae, in " + counted(surface, "dimension") + " dimensions; "
             + counted(member(surface, "hd95"), "worst") + " without any marked voxel count with the worst value, the diagonal of the crop.");
    std::vector<point> points;
    for (const auto& p : member(member(lesion, "froc"), "points")) points.push_back({p.at(1).get<double>(), p.at(2).get<double>()});
    if (points.empty()) return;
    out.begin_row();
    out.figure("free_response", free_response(points), "Lesions found over false positives per patient, when only the surest pieces of the final mask count. The curve ends at the mask itself.");
    out.end_row();
}

/// The same measures for each level of the spine.
inline void level_section(run_page& out, const run_contents& run) {
    const auto& levels = member(run.evaluation, "by_level");
    if (!levels.is_object()) return;
    out.section("By vertebra level");
    table t{.head = {"level", "vertebrae", "fractured", "slices", "with fracture", "pixel PR\u2011AUC", "chance", "pixel Dice", "vertebra ROC\u2011AUC", "sensitivity", "specificity"}, .rows = {}};
    std::map<int, std::string, std::greater<>> order;
    for (const auto& [key, value] : levels.items()) order[detail::field_as<int>(key.substr(1)).value_or(0)] = key;
    for (const auto& [number, key] : order) {
        const auto& l = levels[key];
        const auto& vertebra = member(l, "vertebra");
        const auto with_n = [&](const char* name) {
            const auto value = number_at(vertebra, name);
            return decimal(value, 2) + "\nn " + counted(member(vertebra, name), "n");
        };
        t.rows.push_back({printed(vertebra_id{number}), counted(l, "vertebrae"), counted(l, "positive_vertebrae"), counted(l, "slices"), counted(l, "positive_slices"), decimal(number_at(l, "pixel.pr_auc"), 3),
                          significant(number_at(l, "pixel.prevalence"), 2), decimal(number_at(l, "pixel.dice"), 3), decimal(number_at(vertebra, "roc_auc"), 3), with_n("sensitivity"), with_n("specificity")});
    }
    out.add(t);
    out.note("Levels by TotalSegmentator\u2019s numbers, from the head down. A level without a fracture has no sensitivity and no PR-AUC, but it has a specificity; its Dice is 0 as soon as one pixel is marked.");
}

} // namespace facet::report
