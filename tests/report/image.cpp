#include <facet/report/image.hpp>

#include "support/test.hpp"

using namespace facet::report;

namespace {

std::vector<std::pair<std::size_t, std::size_t>> places_of(const canvas& picture, rgb colour) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t y = 0; y < picture.height(); ++y)
        for (std::size_t x = 0; x < picture.width(); ++x)
            if (picture.at(x, y) == colour) found.emplace_back(x, y);
    return found;
}

} // namespace

TEST_CASE("the window maps its low end to black, its high end to white and clamps", "[report]") {
    const std::vector<std::int16_t> image{-1024, -450, 300, 1050, 3000};
    const auto picture = render<std::int16_t>(image, 5, bone_window);
    CHECK(picture.at(0, 0) == rgb{0, 0, 0});
    CHECK(picture.at(1, 0) == rgb{0, 0, 0});
    CHECK(picture.at(2, 0) == rgb{128, 128, 128});
    CHECK(picture.at(3, 0) == rgb{255, 255, 255});
    CHECK(picture.at(4, 0) == rgb{255, 255, 255});
}

TEST_CASE("nearest upscaling repeats pixels and linear upscaling meets half-way", "[report]") {
    const std::vector<float> image{0.0F, 1.0F};
    const auto blocks = render<float>(image, 2, {0, 1}, 2, interpolation::nearest);
    CHECK(blocks.at(1, 0).r == 0);
    CHECK(blocks.at(2, 1).r == 255);
    const auto smooth = render<float>(image, 2, {0, 1}, 2, interpolation::linear); // centres at -0.25, 0.25, 0.75, 1.25
    CHECK(smooth.at(0, 0).r == 0);
    CHECK(smooth.at(1, 0).r == 64);
    CHECK(smooth.at(2, 0).r == 191);
    CHECK(smooth.at(3, 0).r == 255);
}

TEST_CASE("an inside contour is the border pixels of the mask", "[report]") {
    const std::vector<std::uint8_t> mask{0, 0, 0, 0, 0, //
                                         0, 1, 1, 1, 0, //
                                         0, 1, 1, 1, 0, //
                                         0, 1, 1, 1, 0, //
                                         0, 0, 0, 0, 0};
    canvas picture{5, 5};
    draw_mask(picture, mask, 5, 1, truth_colour);
    const auto drawn = places_of(picture, truth_colour);
    CHECK(drawn.size() == 8); // all but the middle
    CHECK(picture.at(2, 2) == black);
    CHECK(picture.at(0, 0) == black);
}

TEST_CASE("the contour of one pixel at scale 4 is a square of twelve pixels, and outside it is one of twenty", "[report]") {
    const std::vector<std::uint8_t> mask{0, 0, 0, 0, 1, 0, 0, 0, 0};
    canvas inside{12, 12}, outside{12, 12};
    draw_mask(inside, mask, 3, 4, truth_colour, side::inside);
    draw_mask(outside, mask, 3, 4, prediction_colour, side::outside);
    CHECK(places_of(inside, truth_colour).size() == 12);
    CHECK(inside.at(4, 4) == truth_colour);
    CHECK(inside.at(7, 7) == truth_colour);
    CHECK(inside.at(5, 5) == black);
    CHECK(places_of(outside, prediction_colour).size() == 20);
    CHECK(outside.at(3, 3) == prediction_colour);
    CHECK(outside.at(8, 8) == prediction_colour);
}

TEST_CASE("ignored pixels are hatched and never outlined as fracture", "[report]") {
    const std::vector<std::uint8_t> mask(25, 255);
    canvas picture{5, 5};
    draw_mask(picture, mask, 5, 1, truth_colour);
    CHECK(places_of(picture, truth_colour).empty());
    hatch_ignored(picture, mask, 5, 1);
    const rgb half{ignore_colour.r / 2, ignore_colour.g / 2, ignore_colour.b / 2}; // over black
    CHECK(places_of(picture, half).size() == 3); // x + y is 0, or 7 at (3, 4) and (4, 3)
}

TEST_CASE("a montage places pictures row by row with gaps between", "[report]") {
    const std::vector<canvas> pictures(3, canvas{4, 2, rgb{9, 9, 9}});
    const auto all = montage(pictures, 2, 1);
    CHECK(all.width() == 11);
    CHECK(all.height() == 7);
    CHECK(all.at(0, 0) == white);
    CHECK(all.at(1, 1) == rgb{9, 9, 9});
    CHECK(all.at(6, 1) == rgb{9, 9, 9});
    CHECK(all.at(5, 1) == white);
    CHECK(all.at(1, 4) == rgb{9, 9, 9});
    CHECK(all.at(6, 4) == white);
}

TEST_CASE("letters are drawn from the font, lower case as capitals", "[report]") {
    canvas upper{6, 7}, lower{6, 7};
    upper.write("L", 0, 0, white);
    lower.write("l", 0, 0, white);
    CHECK(places_of(upper, white).size() == 11); // seven down, four more along the foot
    CHECK(places_of(upper, white) == places_of(lower, white));
}
