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

/// The part of a slice that was scanned: what is not padding, with two pixels around it.
struct frame {
    std::size_t x = 0, y = 0, width = 0, height = 0;
};
[[nodiscard]] inline frame scanned_part(std::span<const std::int16_t> image, std::size_t size) {
    constexpr std::int16_t padding = -1000; // and below
    std::size_t x0 = size, x1 = 0, y0 = size, y1 = 0;
    for (std::size_t i = 0; i < image.size(); ++i)
        if (image[i] > padding) x0 = std::min(x0, i % size), x1 = std::max(x1, i % size), y0 = std::min(y0, i / size), y1 = std::max(y1, i / size);
    if (x0 == size) return {0, 0, size, size};
    x0 -= std::min<std::size_t>(x0, 2), y0 -= std::min<std::size_t>(y0, 2);
    return {x0, y0, std::min(size, x1 + 3) - x0, std::min(size, y1 + 3) - y0};
}
template <class T> [[nodiscard]] std::vector<T> cut(std::span<const T> image, std::size_t size, const frame& part) {
    std::vector<T> out;
    for (std::size_t y = part.y; y < part.y + part.height; ++y)
        out.insert(out.end(), image.begin() + static_cast<std::ptrdiff_t>(y * size + part.x), image.begin() + static_cast<std::ptrdiff_t>(y * size + part.x + part.width));
    return out;
}

/// A bar of 10 mm in the lower left corner, black around white so that it shows on bone and on fat. `mm`: of one pixel of the picture.
/// Nothing where that is not known, or the picture too small.
inline void draw_scale_bar(canvas& picture, double mm) {
    constexpr std::size_t margin = 6, thickness = 2;
    if (!(mm > 0)) return;
    const auto length = static_cast<std::size_t>(std::lround(10 / mm));
    if (picture.width() < length + 2 * margin || picture.height() < 4 * margin) return;
    const auto top = picture.height() - margin - thickness;
    picture.paste(canvas{length + 2, thickness + 2, black}, margin - 1, top - 1);
    picture.paste(canvas{length, thickness, white}, margin, top);
    const auto text = top - glyph_height - 3;
    picture.write("10 mm", margin + 1, text + 1, black);
    picture.write("10 mm", margin, text, white);
}

/// The scanned part of a slice alone, and beside it with the outlines of truth (inside its edge) and prediction (outside).
/// `mm`: of one pixel of the slice.
[[nodiscard]] inline canvas overlay(std::span<const std::int16_t> image, std::span<const std::uint8_t> mask, std::span<const float> logits, std::size_t size, double threshold, double mm) {
    const auto part = scanned_part(image, size);
    const auto hounsfield = cut(image, size, part);
    const auto truth = cut(mask, size, part);
    const auto scores = cut(logits, size, part);
    const std::size_t scale = std::max<std::size_t>(1, (300 + part.width / 2) / part.width);
    auto plain = render(std::span<const std::int16_t>{hounsfield}, part.width, bone_window, scale);
    auto drawn = plain;
    draw_scale_bar(plain, mm / static_cast<double>(scale));
    hatch_ignored(drawn, truth, part.width, scale);
    const double lowest = std::log(threshold) - std::log1p(-threshold);
    draw_contour(drawn, part.width, part.height, scale, prediction_colour, side::outside, [&](std::size_t i) { return static_cast<double>(scores[i]) >= lowest; });
    draw_mask(drawn, truth, part.width, scale, truth_colour, side::inside);
    const canvas both[] = {plain, drawn};
    return montage(both, 2, 2);
}

} // namespace facet::report
