#pragma once

#include <iomanip>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <facet/core/probability_text.hpp>
#include <facet/data/labels.hpp>
#include <facet/evaluate/statement.hpp>

/// An evaluation as a table for people.
namespace facet::detail {

inline std::string printed_threshold(const nlohmann::ordered_json& value) { return value.is_number() ? probability_text(value.get<double>()) : "-"; }
inline std::string printed_number(const nlohmann::ordered_json& value, int digits) {
    if (value.is_null()) return "-";
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << value.get<double>();
    return out.str();
}
/// `0.513 [0.402, 0.634]`, `-` where undefined.
inline std::string printed_metric(const nlohmann::ordered_json& metric, int digits = 3) {
    std::string text = printed_number(metric.at("value"), digits);
    if (metric.contains("interval") && !metric["interval"].is_null())
        text += " [" + printed_number(metric["interval"]["low"], digits) + ", " + printed_number(metric["interval"]["high"], digits) + "]";
    return text;
}

inline void print_scorer(std::ostream& out, const std::string& name, const nlohmann::ordered_json& pixel, const nlohmann::ordered_json& slice,
                         const nlohmann::ordered_json& vertebra, const nlohmann::ordered_json& patient) {
    out << "  " << std::left << std::setw(22) << name << std::setw(27) << printed_metric(pixel["pr_auc"], 4) << std::setw(24) << printed_metric(slice["roc_auc"])
        << std::setw(24) << printed_metric(vertebra["roc_auc"]) << std::setw(24) << printed_metric(vertebra["within_level_roc_auc"])
        << printed_metric(patient["roc_auc"]) << '\n';
}

/// Calibration, surfaces, lesions, postprocess: what is there.
inline void print_findings(std::ostream& out, const nlohmann::ordered_json& e) {
    if (const auto& p = e["postprocessed"]; !p.is_null()) {
        const auto& t = p["threshold"];
        out << "  after postprocess " << p["policy"].dump() << ", pixel >= " << printed_threshold(t["value"]) << (t["at_edge"].get<bool>() ? " (at the edge of its search space)" : "");
        for (const auto& field : p["at_edge"]) out << ", " << field.get<std::string>() << " the last value tried";
        out << ": Dice " << printed_metric(p["pixel"]["dice"]) << "; Dice of fractured vertebrae " << printed_metric(p["vertebra"]["dice"]) << '\n';
    }
    const auto& c = e["calibration"];
    out << "  calibration: Brier " << printed_metric(c["brier"], 5) << " (a constant: " << printed_number(c["brier"]["chance"], 5) << "), ECE " << printed_metric(c["ece"], 5) << '\n';
    if (const auto& s = e["surface"]; !s.is_null())
        out << "  surfaces of fractured vertebrae (" << s["dimension"] << "-D, " << s["hd95"]["worst"] << " missed count as worst): HD95 " << printed_metric(s["hd95"], 1) << " mm, ASSD "
            << printed_metric(s["assd"], 1) << " mm, NSD " << printed_metric(s["nsd"]) << '\n';
    if (const auto& l = e["lesion"]; !l.is_null())
        out << "  lesions: " << l["found"] << " of " << l["lesions"] << " found, sensitivity " << printed_metric(l["sensitivity"]) << ", false positives per patient "
            << printed_metric(l["false_positives_per_patient"], 2) << ", FROC " << printed_metric(l["froc"]) << '\n';
}

inline std::string evaluation_table(const nlohmann::ordered_json& e) {
    std::ostringstream out;
    out << e["statement"].get<std::string>() << '\n';
    if (e.contains("optimistic")) out << e["optimistic"].get<std::string>() << '\n';
    out << '\n' << e["experiment"].get<std::string>() << " on " << e["split"].get<std::string>() << ": " << e["n_patients"] << " patients, " << e["n_vertebrae"]
        << " vertebrae (" << e["vertebra"]["positive"] << " fractured), " << e["n_slices"] << " slices (" << e["slice"]["positive"]
        << " with fracture). Intervals: 95 %, " << e["bootstrap"]["resamples"] << " resamples of patients.\n";
    for (const auto& caution : cautions_of(e["n_patients"].get<std::int64_t>(), e["patient"]["positive"].get<std::int64_t>())) out << caution << '\n';
    out << "\n  " << std::left << std::setw(22) << "" << std::setw(27) << "pixel PR-AUC" << std::setw(24) << "slice ROC-AUC" << std::setw(24) << "vertebra ROC-AUC"
        << std::setw(24) << "within level" << "patient ROC-AUC\n";
    out << "  " << std::setw(22) << "chance" << std::setw(27) << printed_number(e["pixel"]["prevalence"]["value"], 4) << std::setw(24) << "0.5" << std::setw(24) << "0.5"
        << std::setw(24) << "0.5" << "0.5\n";
    if (!e["comparison"].is_null()) {
        out << "  " << std::setw(22) << "level alone" << std::setw(27) << "" << std::setw(24) << "" << printed_metric(e["vertebra"]["level_only_roc_auc"]) << '\n';
        for (const auto& [key, name] : {std::pair{"hu", "raw HU"}, std::pair{"position", "position x level"}, std::pair{"both", "both"}}) {
            const auto& t = e["trivial"][key];
            print_scorer(out, name, t, t["slice"], t["vertebra"], t["patient"]);
        }
    }
    print_scorer(out, "network", e["pixel"], e["slice"], e["vertebra"], e["patient"]);

    out << "\nAt the thresholds fitted on validation\n";
    const auto& t = e["threshold"];
    out << "  pixel     >= " << printed_threshold(t["value"]) << " (" << t["objective"].get<std::string>() << (t["at_edge"].get<bool>() ? ", at the edge of its search space" : "")
        << "): Dice " << printed_metric(e["pixel"]["dice"]) << ", precision " << printed_metric(e["pixel"]["precision"]) << ", recall " << printed_metric(e["pixel"]["recall"])
        << "; Dice of fractured vertebrae " << printed_metric(e["vertebra"]["dice"]) << '\n';
    for (const char* level : {"slice", "vertebra", "patient"}) {
        const auto& one = e[level];
        out << "  " << std::left << std::setw(9) << level << " >= " << printed_threshold(one["threshold"]["value"]) << (one["threshold"]["at_edge"] == true ? " (at the edge of the scores)" : "") << ": sensitivity " << printed_metric(one["sensitivity"])
            << ", specificity " << printed_metric(one["specificity"]) << '\n';
    }

    print_findings(out, e);

    out << "\n  " << std::setw(12) << "level" << std::setw(18) << "slices (pos.)" << std::setw(18) << "vertebrae (pos.)" << std::setw(11) << "prevalence" << std::setw(9)
        << "PR-AUC" << std::setw(9) << "(both)" << std::setw(8) << "Dice" << std::setw(12) << "slice sens." << "spec.\n";
    for (const auto& [key, one] : e["by_level"].items()) {
        const auto pair = [](const auto& all, const auto& some) { return all.dump() + " (" + some.dump() + ")"; };
        out << "  " << std::setw(12) << key + " (" + one["name"].template get<std::string>() + ")" << std::setw(18) << pair(one["slices"], one["positive_slices"]) << std::setw(18)
            << pair(one["vertebrae"], one["positive_vertebrae"]) << std::setw(11) << printed_number(one["pixel"]["prevalence"]["value"], 5) << std::setw(9)
            << printed_number(one["pixel"]["pr_auc"]["value"], 3) << std::setw(9)
            << (one.contains("trivial") ? printed_number(one["trivial"]["both"]["pr_auc"]["value"], 3) : "-") << std::setw(8)
            << printed_number(one["pixel"]["dice"]["value"], 3) << std::setw(12) << printed_number(one["slice"]["sensitivity"]["value"], 3)
            << printed_number(one["slice"]["specificity"]["value"], 3) << '\n';
    }
    if (!e["demo"].is_null()) {
        const auto& d = e["demo"];
        out << "\nPixel PR-AUC is " << printed_metric(d["pixel_ap_ratio_to_best_trivial"], 2) << " times that of the best trivial scorer (" << (d["best_trivial"].is_null() ? "none" : d["best_trivial"].get<std::string>())
            << "); minus twice that: " << printed_metric(d["pixel_ap_minus_twice_best_trivial"], 4) << "; vertebra ROC-AUC " << printed_metric(d["vertebra_roc_auc"]) << ".\n"
            << "Criterion (ratio at least 2 with the difference's interval above 0, vertebra ROC-AUC at least 0.90): " << (d["met"].get<bool>() ? "met" : "not met") << ".\n";
    }
    return out.str();
}

} // namespace facet::detail
