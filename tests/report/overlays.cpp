#include <facet/report/overlays.hpp>

#include "support/test.hpp"

using namespace facet;
using namespace facet::report;

namespace {

score_row vertebra(const char* patient, int level, double score, bool truth) { return {"vertebra", patient, level, 0, score, truth}; }
score_row slice(const char* patient, int level, std::uint32_t index, double score, bool truth) { return {"slice", patient, level, index, score, truth}; }

} // namespace

TEST_CASE("examples are the surest hits, the lowest misses and the highest false alarms", "[report]") {
    std::vector<slice_info> slices(6);
    slices[1].fracture_pixels = 5;
    slices[2].fracture_pixels = 40;
    slices[3].fracture_pixels = 7;
    const std::vector<score_row> rows{vertebra("a", 31, 0.9, true), slice("a", 31, 1, 0.9, true), slice("a", 31, 2, 0.3, true), // hit; its largest fracture is in slice 2
                                      vertebra("b", 31, 0.2, true), slice("b", 31, 3, 0.2, true),                              // miss
                                      vertebra("c", 31, 0.7, false), slice("c", 31, 4, 0.1, false), slice("c", 31, 5, 0.7, false), // false alarm, loudest in slice 5
                                      vertebra("d", 31, 0.1, false), slice("d", 31, 0, 0.1, false)};                           // rightly silent: not shown
    const auto chosen = choose_examples(rows, slices, 0.5, 3);
    REQUIRE(chosen.size() == 3);
    CHECK(chosen[0].kind == outcome::hit);
    CHECK(chosen[0].slice == 2);
    CHECK(chosen[1].kind == outcome::miss);
    CHECK(chosen[1].patient == "b");
    CHECK(chosen[2].kind == outcome::false_alarm);
    CHECK(chosen[2].slice == 5);
}

TEST_CASE("an overlay outlines truth inside its edge and the prediction outside", "[report]") {
    const std::vector<std::int16_t> image(16, 100);
    std::vector<std::uint8_t> mask(16, 0);
    std::vector<float> logits(16, -5);
    mask[5] = 1;
    logits[10] = 3;
    const auto picture = overlay(image, mask, logits, 4, 0.5, 10); // 4 pixels at 75: two pictures of 300 with gaps of 2
    CHECK(picture.width() == 2 * 300 + 6);
    const std::size_t left = 2 + 300 + 2, top = 2;
    CHECK(picture.at(left + 75, top + 75) == truth_colour);
    CHECK(picture.at(left + 74, top + 74) != truth_colour);
    CHECK(picture.at(left + 225, top + 225) == prediction_colour); // one pixel outside of the prediction's lower right corner
    CHECK(picture.at(left + 149, top + 149) == truth_colour);      // where both meet, truth is on top
    CHECK(picture.at(2 + 75, top + 75) != truth_colour);           // the slice alone
    CHECK(picture.at(2 + 6, top + 293) == white);                  // its bar of 10 mm, here one pixel of the slice
    CHECK(picture.at(2 + 6 + 74, top + 293) == white);
    CHECK(picture.at(2 + 6 + 75, top + 293) == black);
    CHECK(picture.at(left + 6, top + 293) != white);
}

TEST_CASE("a picture smaller than 10 mm has no bar", "[report]") {
    canvas picture{40, 40, rgb{7, 7, 7}};
    draw_scale_bar(picture, 0.2);
    for (std::size_t i = 0; i < 1600; ++i) CHECK(picture.at(i % 40, i / 40) == rgb{7, 7, 7});
    draw_scale_bar(picture, 0.5);
    CHECK(picture.at(6, 33) == white);
}

TEST_CASE("padding is cut off with two pixels to spare", "[report]") {
    std::vector<std::int16_t> image(100, -1024);
    image[4 * 10 + 5] = 40;
    image[6 * 10 + 8] = 300;
    const auto part = scanned_part(image, 10);
    CHECK(part.x == 3);
    CHECK(part.y == 2);
    CHECK(part.width == 7); // columns 3 to 9: two after 8 would leave the slice
    CHECK(part.height == 7);
    const auto hounsfield = cut(std::span<const std::int16_t>{image}, 10, part);
    CHECK(hounsfield.size() == 49);
    CHECK(hounsfield[2 * 7 + 2] == 40);
    CHECK(scanned_part(std::vector<std::int16_t>(100, -1024), 10).width == 10);
}
