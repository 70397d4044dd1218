#include <facet/report/inspector.hpp>

#include <png.h>

#include <facet/data/split.hpp>
#include <facet/facet.hpp>
#include <facet/report/inspector-inl.hpp>

#include "made_study.hpp"
#include "support/test.hpp"

using namespace facet;

namespace {
constexpr experiment seen{"seen", input::windows{hu{-160, 240}, hu{0, 1800}}, input::size{32}, augment::chain{augment::per_vertebra{augment::rotate{.degrees = 20}}},
                          model::attention_unet{.features = 4, .depth = 2}, loss::dice{}, budget{.steps = 10, .batch = 6}};
} // namespace

TEST_CASE("inspect writes a picture with the batch's rows and the run through one vertebra", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    study.write_store(folder / "store", "analytic phantom");
    const store data{folder / "store"};
    make_split(data, {.folds = 3, .test = 2, .seed = 1});
    inspector<>::write(plan_of<seen>, data, {.out = folder / "batch.png"});

    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, (folder / "batch.png").c_str()) != 0);
    // 32 pixels at five times: cells of 160 and gaps of 4; two items of three columns a row; two headings of 18 and three + two rows.
    CHECK(image.width == 4 + 8 * 164);
    CHECK(image.height == 2 * 18 + 5 * 164);
    image.format = PNG_FORMAT_RGB;
    std::vector<report::rgb> pixels(image.width * image.height);
    REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
    CHECK(std::ranges::count(pixels, report::truth_colour) > 500); // contours
}

TEST_CASE("a long name of a patient keeps its end in a picture", "[report]") {
    CHECK(report::fitted("LIDC-IDRI-0001", 14 * 6) == "LIDC-IDRI-0001");
    CHECK(report::fitted("LIDC-IDRI-0001", 14 * 6 - 1) == "..C-IDRI-0001");
    CHECK(report::fitted("abc", 5) == "abc"); // nothing would be left of it
}

TEST_CASE("the run through a fracture is consecutive slices of the vertebra with the most fracture pixels", "[report]") {
    std::vector<slice_info> slices(12);
    for (std::size_t i = 0; i < slices.size(); ++i) slices[i].patient = "p", slices[i].vertebra = i < 6 ? 30 : 31, slices[i].position = static_cast<int>(i % 6);
    slices[2].fracture_pixels = 10;
    slices[9].fracture_pixels = 30;
    const std::vector<std::uint32_t> training{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    CHECK(report::run_through_a_fracture(slices, training, 3) == std::vector<std::uint32_t>{8, 9, 10});
    CHECK(report::run_through_a_fracture(slices, std::span{training}.first(6), 4) == std::vector<std::uint32_t>{0, 1, 2, 3});
}
