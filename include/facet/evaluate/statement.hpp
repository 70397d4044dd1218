#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facet {

/// Below so many, intervals that resample patients are too narrow: of a mean over normal values those of 30 hold the truth in 93.5 % of studies
/// (tests/evaluate/bootstrap.cpp), of 20 in 92 %, of ten in about 90 %.
inline constexpr std::int64_t few_patients = 20;

/// What every output on this data says first; `data` is store::data_statement(), `split`: its patients have parts.
[[nodiscard]] inline std::string statement_of(std::string_view data, bool split = true) {
    if (data == "semi-synthetic, one CT")
        return "Virtual patients of one CT: train and test share anatomy. These numbers test the software, not fracture detection.";
    if (data == "analytic phantom") return "Analytic phantoms of a spine. These numbers test the software, not fracture detection.";
    if (!split) return "Scans of patients, not split yet.";
    return "Scans of patients, split by patient: no patient judged here was trained on.";
}

/// What must be known before figures of so few patients are read, a sentence each; nothing where there are enough. `with_fracture`: of them, where known.
[[nodiscard]] inline std::vector<std::string> cautions_of(std::int64_t patients, std::optional<std::int64_t> with_fracture) {
    constexpr std::int64_t few_of_a_class = 5;
    std::vector<std::string> out;
    if (patients < few_patients) out.push_back("Only " + std::to_string(patients) + (patients == 1 ? " patient" : " patients") + ": intervals from so few are too narrow.");
    if (!with_fracture) return out;
    const auto without = patients - *with_fracture, fewer = std::min(without, *with_fracture);
    if (fewer < few_of_a_class)
        out.push_back(std::to_string(fewer) + " of " + std::to_string(patients) + (fewer == 1 ? " patients has " : " patients have ") + (without <= *with_fracture ? "no fracture" : "a fracture") +
                      (fewer == 0 ? ": patient-level results have nothing to compare." : ": patient-level results rest on " + std::string{fewer == 1 ? "that one." : "those."}));
    return out;
}

} // namespace facet
