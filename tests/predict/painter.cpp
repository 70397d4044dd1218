#include <facet/predict/painter.hpp>

#include "support/test.hpp"

#include <facet/data/layout.hpp>
#include <facet/data/slicer.hpp>

using namespace facet;

namespace {

// Two vertebrae, V31 below V30, in a scan of anisotropic voxels that is turned against the patient's axes.
struct made_scan {
    geometry grid{{30, 40, 20}, {1.5, 1.0, 2.5}, {7, -3, 11}, {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
    label_volume labels{grid};
    ct_volume ct{grid};

    made_scan() {
        for (std::size_t k = 0; k < 20; ++k)
            for (std::size_t j = 0; j < 40; ++j)
                for (std::size_t i = 0; i < 30; ++i) {
                    if (i >= 8 && i < 22 && j >= 12 && j < 30) labels.voxels(k, j, i) = k >= 2 && k < 9 ? 31 : k >= 10 && k < 18 ? 30 : 0;
                    ct.voxels(k, j, i) = static_cast<std::int16_t>(10 * i + 7 * j + 3 * k);
                }
    }
};

slicing recipe(slice_axis axis, double step) {
    return {.scheme = labels::totalsegmentator{}, .wanted = {27, 40}, .crop = crop::vertebra_box{{5}}, .axis = axis, .size = 64, .pixel = 1, .step = step, .fit = false};
}

// Every slice pixel gets `value(voxel coordinates)` as its probability.
template <class Value> void paint_all(painter& paint, const made_scan& scan, const slice_frame& f, Value&& value) {
    const slicer cutter{scan.ct, scan.labels, nullptr};
    std::vector<float> probability(f.count * 64 * 64);
    std::vector<std::int16_t> image(probability.size());
    std::vector<std::uint8_t> mask(probability.size());
    for (std::size_t s = 0; s < f.count; ++s) {
        cutter.cut(f, s, std::span{image}.subspan(s * 4096, 4096), std::span{mask}.subspan(s * 4096, 4096));
        for (std::size_t r = 0; r < 64; ++r)
            for (std::size_t c = 0; c < 64; ++c)
                probability[s * 4096 + r * 64 + c] = static_cast<float>(value(f.to_voxel(static_cast<double>(s), static_cast<double>(r), static_cast<double>(c))));
    }
    paint.add(f, probability, mask);
}

} // namespace

TEST_CASE("what is linear in the scan comes back to every voxel of its vertebra, along every slice axis") {
    const made_scan scan;
    for (const auto axis : {slice_axis::axial, slice_axis::sagittal, slice_axis::coronal})
        for (const double step : {0.0, 3.0}) {
            const auto frames = frames_of(layout_of(scan.labels, {27, 40}), recipe(axis, step)).frames;
            REQUIRE(frames.size() == 2);
            painter paint{scan.labels};
            for (const auto& f : frames) paint_all(paint, scan, f, [](const std::array<double, 3>& v) { return 0.001 * (v[0] + 2 * v[1] + 3 * v[2]); });
            int far = 0, inside = 0;
            for (std::size_t k = 3; k < 17; ++k)
                for (std::size_t j = 14; j < 28; ++j)
                    for (std::size_t i = 10; i < 20; ++i) {
                        if (scan.labels.voxels(k, j, i) == 0) continue;
                        ++inside;
                        const double expected = 0.001 * static_cast<double>(i + 2 * j + 3 * k);
                        far += std::abs(paint.probability().voxels(k, j, i) - expected) > 0.004; // beyond the last slice the last slice holds
                    }
            INFO("axis " << static_cast<int>(axis) << ", step " << step);
            CHECK(inside > 1'000);
            CHECK(far == 0);
        }
}

TEST_CASE("the painted volume lies on the grid of the scan and is empty away from vertebrae") {
    const made_scan scan;
    painter paint{scan.labels};
    for (const auto& f : frames_of(layout_of(scan.labels, {27, 40}), recipe(slice_axis::sagittal, 0)).frames)
        paint_all(paint, scan, f, [](const auto&) { return 1.0; });
    const auto& out = paint.probability();
    CHECK(out.grid.size == scan.grid.size);
    CHECK(out.grid.spacing == scan.grid.spacing);
    CHECK(out.grid.origin == scan.grid.origin);
    CHECK(out.grid.direction == scan.grid.direction);
    CHECK(out.voxels(12, 20, 15) == 1);
    CHECK(out.voxels(0, 0, 0) == 0);
    CHECK(out.voxels(19, 39, 29) == 0);
}

TEST_CASE("a vertebra's verdict never lands on another vertebra's bone") {
    const made_scan scan;
    const auto frames = frames_of(layout_of(scan.labels, {27, 40}), recipe(slice_axis::sagittal, 0)).frames;
    painter paint{scan.labels};
    paint_all(paint, scan, frames[0], [](const auto&) { return 0.75; }); // V30
    REQUIRE(frames[0].vertebra.value == 30);
    int wrong = 0, right = 0;
    for (std::size_t n = 0; n < scan.labels.voxels.size(); ++n) {
        const auto bone = scan.labels.voxels.data()[n];
        wrong += bone == 31 && paint.probability().voxels.data()[n] != 0;
        right += bone == 30 && paint.probability().voxels.data()[n] == 0.75f;
    }
    CHECK(wrong == 0);
    CHECK(right == 14 * 18 * 8);
}

TEST_CASE("what is said about pixels of other bones is neither painted nor lent to their neighbours") {
    const made_scan scan;
    auto coarse = recipe(slice_axis::sagittal, 0); // a pixel covers several voxels, so bones and gaps mix
    coarse.pixel = 4;
    coarse.size = 16;
    const auto frames = frames_of(layout_of(scan.labels, {27, 40}), coarse).frames;
    const auto& f = frames[0];
    const slicer cutter{scan.ct, scan.labels, nullptr};
    std::vector<std::int16_t> image(f.count * 256);
    std::vector<std::uint8_t> mask(image.size());
    for (std::size_t s = 0; s < f.count; ++s) cutter.cut(f, s, std::span{image}.subspan(s * 256, 256), std::span{mask}.subspan(s * 256, 256));
    std::vector<float> probability(image.size());
    for (std::size_t i = 0; i < probability.size(); ++i) probability[i] = mask[i] == 255 ? 1.0f : 0.25f;
    REQUIRE(std::ranges::count(mask, std::uint8_t{255}) > 0);
    painter paint{scan.labels};
    paint.add(f, probability, mask);
    int lent = 0, on_other_bone = 0;
    for (std::size_t n = 0; n < scan.labels.voxels.size(); ++n) {
        const float p = paint.probability().voxels.data()[n];
        lent += p > 0.2501f;
        on_other_bone += p > 0 && scan.labels.voxels.data()[n] == 31;
    }
    CHECK(lent == 0);
    CHECK(on_other_bone == 0);
}

TEST_CASE("where two vertebrae see a voxel the higher verdict stays, whichever came first") {
    const made_scan scan;
    const auto frames = frames_of(layout_of(scan.labels, {27, 40}), recipe(slice_axis::sagittal, 0)).frames;
    for (const auto& [upper, lower] : {std::pair{0.75, 0.25}, std::pair{0.25, 0.75}}) {
        painter paint{scan.labels};
        paint_all(paint, scan, frames[0], [&](const auto&) { return upper; });
        paint_all(paint, scan, frames[1], [&](const auto&) { return lower; });
        CHECK(paint.probability().voxels(9, 20, 15) == 0.75f); // the gap between them
        CHECK(paint.probability().voxels(12, 20, 15) == static_cast<float>(upper));
        CHECK(paint.probability().voxels(5, 20, 15) == static_cast<float>(lower));
    }
}
