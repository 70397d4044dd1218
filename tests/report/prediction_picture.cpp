#include <facet/report/prediction_picture.hpp>

#include <algorithm>

#include "support/test.hpp"

using namespace facet;
using namespace facet::report;

namespace {

constexpr std::size_t size = 64, scale = 3, border = 3, gap = 4, cell = size * scale + 2 * border;

/// A block of four marked pixels in the middle; the same beside it on another bone.
predicted_slice slice_of(int vertebra, bool fractured) {
    predicted_slice s{.vertebra = {vertebra}, .position = 2, .count = 5, .score = 0.7, .fractured = fractured, .mm = 1, .image = std::vector<std::int16_t>(size * size, 300),
                      .probability = std::vector<float>(size * size, 0.1f), .mask = std::vector<std::uint8_t>(size * size, 0)};
    for (const std::size_t y : {40u, 41u})
        for (const std::size_t x : {30u, 31u, 50u, 51u}) {
            s.probability[y * size + x] = 0.9f;
            if (x >= 50) s.mask[y * size + x] = 255;
        }
    return s;
}

/// Pixels of a colour in the cell of column and row, the strip of words above all being `top` high.
std::ptrdiff_t count_in_cell(const canvas& page, std::size_t top, std::size_t column, std::size_t row, rgb colour) {
    std::ptrdiff_t n = 0;
    for (std::size_t y = 0; y < cell; ++y)
        for (std::size_t x = 0; x < cell; ++x) n += page.at(gap + column * (cell + gap) + x, top + gap + row * (cell + gap) + y) == colour;
    return n;
}

} // namespace

TEST_CASE("a prediction's picture outlines what is marked, and frames the vertebrae called fractured", "[report]") {
    std::vector<predicted_slice> slices;
    for (int v = 38; v >= 31; --v) slices.push_back(slice_of(v, v == 33));
    const auto page = prediction_picture(slices, size, 0.5, 0.9, "One sentence.");
    CHECK(page.width() == gap + 6 * (cell + gap));
    const auto top = page.height() - (gap + 2 * (cell + gap)); // two rows of cells below the words
    CHECK(top > 2 * 12);
    const auto outline = 4 * (2 * static_cast<std::ptrdiff_t>(scale) + 1); // of two by two pixels, from outside
    CHECK(count_in_cell(page, top, 0, 0, prediction_colour) == outline);
    const auto around = static_cast<std::ptrdiff_t>(cell * cell - (cell - 2 * border) * (cell - 2 * border));
    CHECK(count_in_cell(page, top, 5, 0, prediction_colour) == outline + around); // V33
    CHECK(count_in_cell(page, top, 1, 1, prediction_colour) == outline);
    CHECK(count_in_cell(page, top, 2, 1, prediction_colour) == 0); // eight cells, not nine
    bool words = false;
    for (std::size_t x = 0; x < page.width(); ++x) words = words || page.at(x, gap + 3) == black;
    CHECK(words);
}

TEST_CASE("the slice shown is the one with the most marked pixels, the middle one where none is", "[report]") {
    std::vector<float> probability(5 * 4, 0.2f);
    std::vector<std::uint8_t> mask(5 * 4, 0);
    CHECK(most_marked(probability, mask, 5, 0.5) == 2);
    probability[3 * 4] = 0.5f;
    CHECK(most_marked(probability, mask, 5, 0.5) == 3);
    for (std::size_t i = 4; i < 8; ++i) probability[i] = 0.9f;
    CHECK(most_marked(probability, mask, 5, 0.5) == 1);
    for (std::size_t i = 4; i < 8; ++i) mask[i] = 255; // on another bone
    CHECK(most_marked(probability, mask, 5, 0.5) == 3);
}

TEST_CASE("the legend of a prediction tells its thresholds", "[report]") {
    CHECK(legend(0.25, 0.9).find("from a probability of 0.2500 on. A frame: the vertebra is called fractured, from a score of 0.9000 on.") != std::string::npos);
    CHECK(legend(0.25, std::nullopt).find("No vertebra threshold is stored") != std::string::npos);
}

TEST_CASE("words are broken into lines", "[report]") {
    CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
    CHECK(wrapped("one two three", 6) == std::vector<std::string>{"one", "two", "three"});
    CHECK(wrapped("seventeen", 4) == std::vector<std::string>{"seventeen"});
    CHECK(wrapped("", 4).empty());
}
