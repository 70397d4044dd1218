#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iterator>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/probability_text.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/volume.hpp>
#include <facet/report/image.hpp>
#include <facet/report/overlays.hpp>

/// A scan's vertebrae on one page, from head to foot, as a prediction sees them.
namespace facet::report {

/// One slice of a vertebra, [S,S], and what was said about it.
struct predicted_slice {
    vertebra_id vertebra;
    std::size_t position = 0, count = 1;   ///< which of the vertebra's slices, from 0
    std::optional<double> score;           ///< of the vertebra
    bool fractured = false;                ///< the vertebra's score reaches the threshold
    double mm = 0;                         ///< of a pixel
    std::vector<std::int16_t> image;       ///< HU
    std::vector<float> probability;        ///< after postprocessing
    std::vector<std::uint8_t> mask;        ///< 255 where nothing is judged
};

/// The slice, of `count` from 1 on, with the most pixels marked; the middle one where none is.
[[nodiscard]] inline std::size_t most_marked(std::span<const float> probability, std::span<const std::uint8_t> mask, std::size_t count, double threshold) {
    const auto pixels = probability.size() / count;
    std::size_t best = count / 2, most = 0;
    for (std::size_t s = 0; s < count; ++s) {
        std::size_t marked = 0;
        for (std::size_t i = s * pixels; i < (s + 1) * pixels; ++i) marked += mask[i] != ignore_label && static_cast<double>(probability[i]) >= threshold;
        if (marked > most) most = marked, best = s;
    }
    return best;
}

/// Words broken into lines of so many characters at most.
[[nodiscard]] inline std::vector<std::string> wrapped(std::string_view text, std::size_t characters) {
    std::vector<std::string> lines;
    std::istringstream words{std::string{text}};
    for (std::string word; words >> word;) {
        if (lines.empty() || lines.back().size() + 1 + word.size() > characters) lines.push_back(word);
        else lines.back() += ' ' + word;
    }
    return lines;
}

/// A cell of the page: the slice in the bone window, what is marked outlined, other bones hatched, framed where the vertebra is called fractured.
[[nodiscard]] inline canvas pictured(const predicted_slice& s, std::size_t size, double threshold) {
    constexpr std::size_t frame = 3, least = 192;
    const auto scale = std::max<std::size_t>(1, (least + size - 1) / size);
    auto picture = render(std::span<const std::int16_t>{s.image}, size, bone_window, scale);
    hatch_ignored(picture, s.mask, size, scale);
    draw_contour(picture, size, size, scale, prediction_colour, side::outside,
                 [&](std::size_t i) { return s.mask[i] != ignore_label && static_cast<double>(s.probability[i]) >= threshold; });
    draw_scale_bar(picture, s.mm / static_cast<double>(scale));
    std::ostringstream score;
    if (s.score) score << "score " << std::fixed << std::setprecision(3) << *s.score;
    else score << "no score";
    const std::string words[] = {printed(s.vertebra), score.str(), "slice " + std::to_string(s.position) + " of 0-" + std::to_string(s.count - 1)};
    picture = labelled(std::move(picture), words);
    canvas out{picture.width() + 2 * frame, picture.height() + 2 * frame, s.fractured ? prediction_colour : white};
    out.paste(picture, frame, frame);
    return out;
}

/// What the colours of the page mean. `of_vertebra`: the least score that is called fractured.
[[nodiscard]] inline std::string legend(double threshold, std::optional<double> of_vertebra) {
    return "Orange: what the network marks, from a probability of " + probability_text(threshold) + " on. " +
           (of_vertebra ? "A frame: the vertebra is called fractured, from a score of " + probability_text(*of_vertebra) + " on." : "No vertebra threshold is stored, so none is called fractured.") +
           " Hatched: other bones, not judged.";
}

/// The page. `statement` stands first, as in every output; `size`: pixels per side of a slice.
[[nodiscard]] inline canvas prediction_picture(std::span<const predicted_slice> slices, std::size_t size, double threshold, std::optional<double> of_vertebra, std::string_view statement) {
    constexpr std::size_t columns = 6, gap = 4, line = 12;
    std::vector<canvas> cells;
    for (const auto& s : slices) cells.push_back(pictured(s, size, threshold));
    const auto grid = montage(cells, std::min(columns, std::max<std::size_t>(1, cells.size())), gap);
    const auto characters = (grid.width() - 2 * gap) / glyph_advance;
    auto words = wrapped(statement, characters);
    std::ranges::copy(wrapped(legend(threshold, of_vertebra), characters), std::back_inserter(words));
    canvas page{grid.width(), grid.height() + words.size() * line + gap, white};
    for (std::size_t i = 0; i < words.size(); ++i) page.write(words[i], gap, gap + i * line, black);
    page.paste(grid, 0, words.size() * line + gap);
    return page;
}

} // namespace facet::report
