#include <facet/data/slicer.hpp>

#include "support/data_test.hpp"

#include <cmath>

#include <facet/data/layout.hpp>
#include <facet/data/owners.hpp>

using namespace facet;

namespace {

/// A scan with one vertebra, V31, as a block of 20 x 24 x 16 mm (left, back, head) in the middle, in an array of any orientation.
struct scan {
    ct_volume ct;
    label_volume labels;
    mask_volume mask;
    explicit scan(const geometry& g) : ct{g, std::int16_t{0}}, labels{g}, mask{g} {}

    template <class F> void each(F&& f) {
        for (std::size_t k = 0; k < ct.grid.size[2]; ++k)
            for (std::size_t j = 0; j < ct.grid.size[1]; ++j)
                for (std::size_t i = 0; i < ct.grid.size[0]; ++i) f(i, j, k, ct.grid.to_physical(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)));
    }
    void block() {
        each([&](auto i, auto j, auto k, const auto& p) {
            if (std::abs(p[0]) < 10 && std::abs(p[1]) < 12 && std::abs(p[2]) < 8) labels.voxels(k, j, i) = 31;
        });
    }
};

/// Centred on the origin of the patient.
geometry centred(std::array<std::size_t, 3> size, std::array<double, 3> spacing, std::array<double, 9> direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}) {
    geometry g{size, spacing, {}, direction};
    const auto middle = g.to_physical(0.5 * static_cast<double>(size[0] - 1), 0.5 * static_cast<double>(size[1] - 1), 0.5 * static_cast<double>(size[2] - 1));
    for (std::size_t a = 0; a < 3; ++a) g.origin[a] = -middle[a];
    return g;
}

slicing recipe(slice_axis axis, std::size_t size = 64, double pixel = 1, double step = 0) {
    return {.scheme = labels::totalsegmentator{}, .wanted = {}, .crop = crop::vertebra_box{millimetres{5}}, .axis = axis, .size = size, .pixel = pixel, .step = step};
}

struct cut_slice {
    std::size_t size;
    std::vector<std::int16_t> image;
    std::vector<std::uint8_t> mask;
    cut_slice(const scan& s, const slice_frame& f, std::size_t position) : size{f.size}, image(f.size * f.size), mask(f.size * f.size) {
        slicer{s.ct, s.labels, &s.mask}.cut(f, position, image, mask);
    }
    [[nodiscard]] int hu(std::size_t row, std::size_t column) const { return image[row * size + column]; }
    [[nodiscard]] int mark(std::size_t row, std::size_t column) const { return mask[row * size + column]; }
};

slice_frame only_frame(const scan& s, const slicing& r) { return frame_of(layout_of(s.labels, r.wanted), r, {31}); }

/// Every voxel that holds 1000 HU, as (slice, row, column).
std::array<double, 3> brightest(const scan& s, const slice_frame& f) {
    std::array<double, 3> best{};
    int value = -2000;
    for (std::size_t position = 0; position < f.count; ++position) {
        const cut_slice c{s, f, position};
        for (std::size_t r = 0; r < f.size; ++r)
            for (std::size_t column = 0; column < f.size; ++column)
                if (c.hu(r, column) > value) value = c.hu(r, column), best = {static_cast<double>(position), static_cast<double>(r), static_cast<double>(column)};
    }
    return best;
}

} // namespace

TEST_CASE("slices lie as radiologists look at them, whatever the order of the array", "[data][slices]") {
    // Three arrays of one patient: axes along the body's, reversed, and permuted (i to the head, j to the right, k to the back).
    const auto direction = GENERATE(std::array<double, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1}, std::array<double, 9>{-1, 0, 0, 0, -1, 0, 0, 0, -1}, std::array<double, 9>{0, -1, 0, 0, 0, 1, 1, 0, 0});
    scan s{centred({61, 61, 61}, {1, 1, 1}, direction)};
    s.block();
    // 3 mm to the left, 6 to the back, 4 to the head of the vertebra's middle.
    s.each([&](auto i, auto j, auto k, const auto& p) {
        if (std::abs(p[0] - 3) < 0.1 && std::abs(p[1] - 6) < 0.1 && std::abs(p[2] - 4) < 0.1) s.ct.voxels(k, j, i) = 1000;
    });
    // The block's slices: 19 along left, 23 along back, 15 along head; its middle lies between pixels 31 and 32 of 64.
    const auto axial = only_frame(s, recipe(slice_axis::axial)), sagittal = only_frame(s, recipe(slice_axis::sagittal)), coronal = only_frame(s, recipe(slice_axis::coronal));
    CHECK(axial.count == 15);
    CHECK(sagittal.count == 19);
    CHECK(coronal.count == 23);
    const auto near = [](const std::array<double, 3>& found, const std::array<double, 3>& expected) {
        CHECK(found[0] == Approx(expected[0]));
        CHECK(std::abs(found[1] - expected[1]) <= 0.5); // the point lies between two pixels
        CHECK(std::abs(found[2] - expected[2]) <= 0.5);
    };
    near(brightest(s, axial), {7 + 4, 31.5 + 6, 31.5 + 3});    // to the head; back is down; the patient's left is right
    near(brightest(s, sagittal), {9 + 3, 31.5 - 4, 31.5 + 6}); // to the left; head is up; back is right
    near(brightest(s, coronal), {11 + 6, 31.5 - 4, 31.5 + 3}); // to the back; head is up; the patient's left is right
    CHECK(axial.relative(0) == Approx(0));
    CHECK(axial.relative(14) == Approx(1));
}

TEST_CASE("a point of an oblique, anisotropic scan lands on the pixel its place says", "[data][slices]") {
    const double a = 0.25; // tilted by 14.3 degrees about the left-right axis, as a gantry is
    scan s{centred({81, 71, 51}, {0.5, 0.6, 1.2}, {1, 0, 0, 0, std::cos(a), -std::sin(a), 0, std::sin(a), std::cos(a)})};
    s.block();
    const auto frame = only_frame(s, recipe(slice_axis::sagittal, 128, 0.4));
    const std::array<std::size_t, 3> voxel{45, 40, 28}; // i, j, k
    s.ct.voxels(voxel[2], voxel[1], voxel[0]) = 2000;
    const auto place = frame.to_slice({45, 40, 28});
    const auto found = brightest(s, frame);
    CHECK(found[0] == Approx(place[0]));
    CHECK(std::abs(found[1] - place[1]) <= 0.5);
    CHECK(std::abs(found[2] - place[2]) <= 0.5);

    // to_voxel is the way back, and the mm between two pixels are the recipe's: rows run along k, columns along j.
    const auto p = frame.to_voxel(3, 50, 60), q = frame.to_voxel(3, 50, 61), r = frame.to_voxel(3, 51, 60);
    const auto there = frame.to_slice(p);
    CHECK(there[0] == Approx(3));
    CHECK(there[1] == Approx(50));
    CHECK(there[2] == Approx(60));
    const auto distance = [&](const auto& x, const auto& y) {
        const auto u = s.ct.grid.to_physical(x[0], x[1], x[2]), v = s.ct.grid.to_physical(y[0], y[1], y[2]);
        return std::hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
    };
    CHECK(distance(p, q) == Approx(0.4));
    CHECK(distance(p, r) == Approx(0.4));
}

TEST_CASE("outside the vertebra's own box and margin a slice is air", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    const auto f = only_frame(s, recipe(slice_axis::axial, 64));
    const cut_slice c{s, f, 7};
    // The block is 19 x 23 mm, with the margin 29 x 33: pixel centres 0.5 ... 14.5 mm to each side and 0.5 ... 16.5 mm up and down.
    std::size_t seen = 0;
    for (const auto hu : c.image) seen += hu == 0;
    CHECK(seen == 30 * 34);
    CHECK(c.hu(0, 0) == -1024);
    CHECK(c.hu(31, 31) == 0);
}

TEST_CASE("every pixel keeps its millimetres: a circle stays a circle", "[data][slices]") {
    scan s{centred({101, 51, 31}, {0.5, 1.0, 2.0})}; // voxels twice as long to the back as to the left
    s.block();
    s.each([&](auto i, auto j, auto k, const auto& p) { s.ct.voxels(k, j, i) = static_cast<std::int16_t>(std::lround(1000 - 50 * std::hypot(p[0], p[1]))); });
    const cut_slice c{s, only_frame(s, recipe(slice_axis::axial, 64, 0.5)), 3};
    // 5 mm, ten pixels, in each direction, between pixels.
    const auto at = [&](double row, double column) {
        const auto r = static_cast<std::size_t>(row), q = static_cast<std::size_t>(column);
        return 0.25 * (c.hu(r, q) + c.hu(r + 1, q) + c.hu(r, q + 1) + c.hu(r + 1, q + 1));
    };
    CHECK(at(31.5, 41.5) == Approx(750).margin(12));
    CHECK(at(31.5, 21.5) == Approx(750).margin(12));
    CHECK(at(41.5, 31.5) == Approx(750).margin(12));
    CHECK(at(21.5, 31.5) == Approx(750).margin(12));
}

TEST_CASE("a mask pixel is broken when more than half of it is", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    const auto f = only_frame(s, recipe(slice_axis::axial, 128, 0.25)); // four pixels per voxel
    s.mask.voxels(30, 30, 30) = 1;                                      // the voxel in the middle of the patient
    const cut_slice c{s, f, 7};
    std::size_t broken = 0;
    for (const auto m : c.mask) broken += m == 1;
    // Pixel centres lie 0.125, 0.375, 0.625 ... mm from the voxel's centre; (1-|x|)(1-|y|) > 0.5 holds for (.125,.125), (.125,.375), (.375,.125).
    CHECK(broken == 4 * 3);
}

TEST_CASE("other bone is ignored by its label, never by the truth", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    s.each([&](auto i, auto j, auto k, const auto& p) {
        if (p[1] > 13.5 && p[1] < 16.5) s.labels.voxels(k, j, i) = 32;  // a neighbour's process within the margin
        if (p[1] < -13.5) s.labels.voxels(k, j, i) = unnumbered_bone;
    });
    s.mask.voxels(30, 45, 30) = 1; // broken, but the neighbour's
    s.mask.voxels(30, 30, 30) = ignore_label;
    const auto f = only_frame(s, recipe(slice_axis::axial, 64));
    const cut_slice c{s, f, 7};
    CHECK(c.mark(46, 31) == 255); // 15 mm to the back
    CHECK(c.mark(17, 31) == 255); // 14.5 mm to the front
    CHECK(c.mark(40, 31) == 0);
    std::size_t ignored = 0;
    for (std::size_t r = 28; r < 36; ++r)
        for (std::size_t q = 28; q < 36; ++q) ignored += c.mark(r, q) == 255;
    CHECK(ignored == 0); // the unsure voxel covers no pixel by more than half: its four pixels are 0.5 mm off in both directions
    const cut_slice fine{s, only_frame(s, recipe(slice_axis::axial, 256, 0.25)), 7};
    CHECK(fine.mark(127, 127) == 255);
    CHECK(fine.mark(120, 127) == 0);
}

TEST_CASE("marks drawn beside a bone belong to the nearest vertebra", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    s.mask.voxels(30, 43, 30) = 1; // 13 mm to the back, one voxel off the block
    s.mask.voxels(30, 58, 30) = 1; // 16 mm off every bone
    const auto owners = owners_of(s.labels, s.mask);
    CHECK(int{owners.voxels(30, 43, 30)} == 31);
    CHECK(int{owners.voxels(30, 58, 30)} == 0);
    CHECK(int{s.labels.voxels(30, 43, 30)} == 0);
}

TEST_CASE("slices coarser than the scan are smoothed first", "[data][slices]") {
    scan s{centred({121, 121, 61}, {0.5, 0.5, 1})};
    s.block();
    s.each([&](auto i, auto j, auto k, const auto&) { s.ct.voxels(k, j, i) = (i + j) % 2 == 0 ? 400 : -400; }); // detail that 2 mm pixels cannot show
    const cut_slice fine{s, only_frame(s, recipe(slice_axis::axial, 128, 0.5)), 7}, coarse{s, only_frame(s, recipe(slice_axis::axial, 32, 2.0)), 7};
    const auto spread = [](const cut_slice& c, std::size_t from, std::size_t to) {
        double sum = 0, squares = 0, n = 0;
        for (std::size_t r = from; r < to; ++r)
            for (std::size_t q = from; q < to; ++q) sum += c.hu(r, q), squares += double(c.hu(r, q)) * c.hu(r, q), ++n;
        return std::sqrt(squares / n - sum / n * sum / n);
    };
    // sigma = sqrt(2^2 - 0.5^2) / 2.355 mm = 1.64 voxels takes the finest checkerboard to exp(-2 (pi 1.64)^2 / 2 ...) < 1e-5 of itself.
    CHECK(spread(coarse, 13, 19) < 1);
    CHECK(std::abs(fine.hu(64, 64) - fine.hu(64, 65)) <= 800);
}

TEST_CASE("a step of whole slices is never a blend, a finer one interpolates", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    s.each([&](auto i, auto j, auto k, const auto&) { s.ct.voxels(k, j, i) = static_cast<std::int16_t>(100 * k); });
    const auto coarse = only_frame(s, recipe(slice_axis::axial, 64, 1, 2.2));
    CHECK(coarse.step == 2);
    CHECK(coarse.count == 8); // 15 slices, every second
    for (std::size_t n = 0; n < coarse.count; ++n) CHECK(cut_slice(s, coarse, n).hu(31, 31) == 100 * (23 + 2 * static_cast<int>(n)));
    const auto fine = only_frame(s, recipe(slice_axis::axial, 64, 1, 0.5));
    CHECK(fine.step == 0.5);
    CHECK(fine.count == 29);
    CHECK(cut_slice(s, fine, 1).hu(31, 31) == 2350);
}

TEST_CASE("a vertebra that does not fit is an error naming the size needed", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block(); // 19 x 23 x 15 mm
    CHECK_NOTHROW(only_frame(s, recipe(slice_axis::axial, 23)));
    CHECK_THROWS_WITH(only_frame(s, recipe(slice_axis::axial, 22)), Catch::Contains("V31 (L1)") && Catch::Contains("23 mm") && Catch::Contains(".size = 23"));
    auto fitted = recipe(slice_axis::axial, 22);
    fitted.fit = true;
    CHECK(only_frame(s, fitted).pixel == Approx(33.0 / 22)); // the box and its margin fill the slice
}

TEST_CASE("a vertebra cut by the border of the scan is left out", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    s.each([&](auto i, auto j, auto k, const auto& p) {
        if (p[2] > 12 && std::abs(p[0]) < 10 && std::abs(p[1]) < 10) s.labels.voxels(k, j, i) = 32;                                          // its body goes on beyond the scan
        if (p[2] < -12 && std::abs(p[0]) < 10 && std::abs(p[1]) < 10 && (p[2] > -25 || std::abs(p[0]) < 2)) s.labels.voxels(k, j, i) = 30; // only a process does
    });
    const auto found = frames_of(layout_of(s.labels, {}), recipe(slice_axis::axial));
    REQUIRE(found.frames.size() == 2);
    CHECK(found.frames[0].vertebra.value == 30);
    CHECK(found.frames[1].vertebra.value == 31);
    REQUIRE(found.cut_by_border.size() == 1);
    CHECK(found.cut_by_border[0].value == 32);
}

TEST_CASE("stray voxels of a label do not widen its crop", "[data][slices]") {
    scan s{centred({61, 61, 61}, {1, 1, 1})};
    s.block();
    const auto before = layout_of(s.labels, {}).boxes.at(31);
    s.labels.voxels(3, 3, 3) = 31;
    s.labels.voxels(5, 5, 5) = 33; // a whole label of one voxel is no vertebra
    const auto after = layout_of(s.labels, {}).boxes;
    CHECK(after.size() == 1);
    CHECK(before.low == after.at(31).low);
    CHECK(before.high == after.at(31).high);
}

TEST_CASE("one frame along the spine continues from vertebra to vertebra", "[data][slices]") {
    scan s{centred({101, 101, 101}, {1, 1, 1})};
    s.each([&](auto i, auto j, auto k, const auto& p) { // two blocks one above the other, the upper one 6 mm further back
        if (std::abs(p[0]) < 10 && std::abs(p[1]) < 10 && p[2] > -20 && p[2] < -2) s.labels.voxels(k, j, i) = 31;
        if (std::abs(p[0]) < 10 && std::abs(p[1] - 6) < 10 && p[2] > 2 && p[2] < 20) s.labels.voxels(k, j, i) = 32;
    });
    auto r = recipe(slice_axis::axial, 96);
    r.crop = crop::spine_frame{millimetres{90}};
    const auto found = frames_of(layout_of(s.labels, {}), r);
    REQUIRE(found.frames.size() == 2);
    const auto &lower = found.frames[0], &upper = found.frames[1];
    const auto end = lower.to_voxel(static_cast<double>(lower.count - 1), 10, 20), start = upper.to_voxel(0, 10, 20);
    CHECK(end[0] == Approx(start[0])); // the same pixel is the same place across ...
    CHECK(end[1] == Approx(start[1]));
    CHECK(start[2] - end[2] == Approx(1)); // ... and the next slice is the next slice
}
