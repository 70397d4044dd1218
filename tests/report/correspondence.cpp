#include <facet/report/correspondence.hpp>

#include <facet/core/rng.hpp>

#include "support/test.hpp"

using namespace facet;
using namespace facet::report;

namespace {

/// Six patients with one vertebra of eight noisy slices; a bright disc, which is the mask, wanders from slice to slice.
struct small_study {
    static constexpr std::size_t size = 24, slices_each = 8, patients = 6;
    std::vector<slice_info> slices;
    std::vector<std::int16_t> images;
    std::vector<std::uint8_t> masks;

    small_study() {
        for (std::size_t p = 0; p < patients; ++p)
            for (std::size_t k = 0; k < slices_each; ++k) add(p, k);
        count();
    }
    void add(std::size_t patient, std::size_t k) {
        slice_info info;
        info.index = static_cast<std::uint32_t>(slices.size());
        info.patient = "p" + std::to_string(patient);
        info.vertebra = 31;
        info.position = static_cast<int>(k);
        info.relative = static_cast<double>(k) / (slices_each - 1);
        slices.push_back(info);
        rng::stream noise{rng::key(1, patient, k)}, place{rng::key(2, patient)};
        const double x0 = 5 + 3 * place.uniform() + static_cast<double>(k), y0 = 6 + 4 * place.uniform() + 0.5 * static_cast<double>(k);
        for (std::size_t y = 0; y < size; ++y)
            for (std::size_t x = 0; x < size; ++x) {
                const double dx = static_cast<double>(x) - x0, dy = static_cast<double>(y) - y0;
                const bool inside = dx * dx + dy * dy < 9;
                masks.push_back(inside);
                images.push_back(static_cast<std::int16_t>(150 + (inside ? 200 : 0) + 40 * noise.normal()));
            }
    }
    void count() {
        for (std::size_t i = 0; i < slices.size(); ++i) slices[i].fracture_pixels = static_cast<std::uint32_t>(std::ranges::count(stack().mask(i), 1));
    }
    [[nodiscard]] slice_stack stack() const { return {size, slices, images, masks}; }
};

} // namespace

TEST_CASE("masks that lie on their images pass", "[report]") {
    const small_study study;
    const auto line = check_correspondence(study.stack());
    INFO(line.evidence);
    CHECK(line.result == verdict::pass);
}

TEST_CASE("masks shifted by one slice fail, and the line says by how much", "[report]") {
    small_study study;
    std::ranges::rotate(study.masks, study.masks.end() - static_cast<std::ptrdiff_t>(small_study::size * small_study::size));
    SECTION("after the store was counted: the counts no longer agree") {
        const auto line = check_correspondence(study.stack());
        CHECK(line.result == verdict::fail);
        CHECK(line.evidence.find("slices.csv") != std::string::npos);
    }
    SECTION("before it was counted: only the images can tell") {
        study.count();
        const auto line = check_correspondence(study.stack());
        CHECK(line.result == verdict::fail);
        CHECK(line.evidence.find("one slice back") != std::string::npos);
    }
}

TEST_CASE("mirrored masks fail", "[report]") {
    small_study study;
    constexpr auto n = small_study::size;
    for (std::size_t row = 0; row < study.masks.size() / n; ++row)
        std::reverse(study.masks.begin() + static_cast<std::ptrdiff_t>(row * n), study.masks.begin() + static_cast<std::ptrdiff_t>((row + 1) * n));
    const auto line = check_correspondence(study.stack());
    CHECK(line.result == verdict::fail);
    CHECK(line.evidence.find("left to right") != std::string::npos);
}

TEST_CASE("masks of other patients fail", "[report]") {
    small_study study;
    std::ranges::rotate(study.masks, study.masks.begin() + static_cast<std::ptrdiff_t>(small_study::size * small_study::size * small_study::slices_each));
    study.count();
    const auto line = check_correspondence(study.stack());
    INFO(line.evidence);
    CHECK(line.result == verdict::fail);
}

TEST_CASE("without fractures the line is skipped, not passed", "[report]") {
    small_study study;
    std::ranges::fill(study.masks, std::uint8_t{0});
    study.count();
    CHECK(check_correspondence(study.stack()).result == verdict::skipped);
}

TEST_CASE("the fit of an outline is its mean step over the mean step nearby", "[report]") {
    // One row of six pixels, two of them mask: outlines at 1|2 and 3|4 step by 110 and 90; the ramp's other steps are 10 each.
    const std::vector<std::int16_t> row{0, 10, 120, 130, 40, 50};
    std::vector<std::int16_t> image;
    std::vector<std::uint8_t> mask;
    for (int y = 0; y < 6; ++y) {
        image.insert(image.end(), row.begin(), row.end());
        for (const std::uint8_t m : {0, 0, 1, 1, 0, 0}) mask.push_back(m);
    }
    // across: (110 + 90) / 2 = 100; along: three horizontal steps of 10 per row and vertical steps of 0: 6*3*10 / (6*3 + 5*6) = 3.75
    CHECK(*outline_fit(image, mask, 6) == Approx(100 / 3.75));
}
