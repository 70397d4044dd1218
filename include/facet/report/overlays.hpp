#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <facet/data/slice.hpp>
#include <facet/report/image.hpp>
#include <facet/report/run_files.hpp>

/// Which slices a report shows, and how.
namespace facet::report {

enum class outcome { hit, miss, false_alarm };

/// A slice that stands for its vertebra.
struct example {
    outcome kind{};
    std::string patient;
    int vertebra = 0;
    double score = 0;         ///< of the vertebra
    std::uint32_t slice = 0;  ///< row of the store
};

/// The vertebrae to look at: the surest hits, the fractures with the lowest scores, the healthy ones with the highest; `each` of every
/// kind. A fractured vertebra shows its slice with the largest fracture, a healthy one the slice with the highest score.
/// A fracture is a hit or a miss, and a healthy vertebra a false alarm, by the vertebra threshold; without one every kind is by rank only.
[[nodiscard]] inline std::vector<example> choose_examples(std::span<const score_row> rows, std::span<const slice_info> slices, std::optional<double> threshold, std::size_t each) {
    std::map<std::pair<std::string, int>, std::pair<double, std::uint32_t>> shown; // best reason and slice of each vertebra
    for (const auto& row : rows) {
        if (row.unit != "slice" || !row.score || row.slice >= slices.size()) continue;
        const double area = slices[row.slice].fracture_pixels;
        const double reason = area > 0 ? 1 + area : *row.score; // scores are below 1
        const auto [place, is_new] = shown.try_emplace({row.patient, row.vertebra}, reason, row.slice);
        if (!is_new && reason > place->second.first) place->second = {reason, row.slice};
    }
    std::vector<const score_row*> vertebrae;
    for (const auto& row : rows)
        if (row.unit == "vertebra" && row.score && shown.contains({row.patient, row.vertebra})) vertebrae.push_back(&row);
    std::ranges::sort(vertebrae, [](auto* a, auto* b) { return std::tuple{-*a->score, a->patient, a->vertebra} < std::tuple{-*b->score, b->patient, b->vertebra}; });
    std::vector<example> out;
    const auto take = [&](outcome kind, bool truth, bool called, auto begin, auto end) {
        std::size_t taken = 0;
        for (auto i = begin; i != end && taken < each; ++i) {
            const auto& v = **i;
            if (v.truth != truth || (threshold && (*v.score >= *threshold) != called)) continue;
            out.push_back({kind, v.patient, v.vertebra, *v.score, shown.at({v.patient, v.vertebra}).second});
            ++taken;
        }
    };
    take(outcome::hit, true, true, vertebrae.begin(), vertebrae.end());
    take(outcome::miss, true, false, vertebrae.rbegin(), vertebrae.rend());
    take(outcome::false_alarm, false, true, vertebrae.begin(), vertebrae.end());
    return out;
}

/// The slice alone, and beside it with the outlines of truth (inside its edge) and prediction (outside).
[[nodiscard]] inline canvas overlay(std::span<const std::int16_t> image, std::span<const std::uint8_t> mask, std::span<const float> logits, std::size_t size, double threshold) {
    const std::size_t scale = std::max<std::size_t>(1, (256 + size / 2) / size);
    const auto plain = render(image, size, bone_window, scale);
    auto drawn = plain;
    hatch_ignored(drawn, mask, size, scale);
    const double cut = std::log(threshold) - std::log1p(-threshold);
    draw_contour(drawn, size, size, scale, prediction_colour, side::outside, [&](std::size_t i) { return static_cast<double>(logits[i]) >= cut; });
    draw_mask(drawn, mask, size, scale, truth_colour, side::inside);
    const canvas both[] = {plain, drawn};
    return montage(both, 2, 2);
}

} // namespace facet::report
