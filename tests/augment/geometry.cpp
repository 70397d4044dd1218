#include <facet/augment.hpp>

#include "support/test.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

using namespace facet;

namespace {

using point = std::array<double, 2>;

/// Where the affine reads from for an output position.
point source(const augment::affine& a, point out) {
    return {a.matrix[0] * out[0] + a.matrix[1] * out[1] + a.shift[0], a.matrix[2] * out[0] + a.matrix[3] * out[1] + a.shift[1]};
}

/// The numbers an operation of a chain draws.
rng::stream draws_of(std::uint64_t key, std::uint64_t operation) { return rng::stream{rng::key(key, operation)}; }

void check_near(point a, point b, double margin = 1e-9) {
    CHECK(a[0] == Approx(b[0]).margin(margin));
    CHECK(a[1] == Approx(b[1]).margin(margin));
}

} // namespace

TEST_CASE("the composed affine undoes the operations in the order written", "[augment]") {
    const augment::chain chain{augment::per_vertebra{augment::rotate{.degrees = 30}, augment::translate{.fraction = 0.2}, augment::scale{.low = 0.7, .high = 1.5},
                                                     augment::flip{.left_right = 0.5, .up_down = 0.5}}};
    CHECK(chain.moves());
    constexpr double size = 64;
    for (std::uint64_t key = 0; key < 50; ++key) {
        auto d0 = draws_of(key, 0), d1 = draws_of(key, 1), d2 = draws_of(key, 2), d3 = draws_of(key, 3);
        const double angle = d0.uniform(-30, 30) * std::numbers::pi / 180;
        const double dx = d1.uniform(-0.2, 0.2) * size, dy = d1.uniform(-0.2, 0.2) * size;
        const double factor = d2.uniform(0.7, 1.5);
        const bool mirror_x = d3.happens(0.5), mirror_y = d3.happens(0.5);
        // A landmark of the input, moved forward by hand: turned, shifted, enlarged, mirrored.
        const point p{10, -7};
        const point turned{std::cos(angle) * p[0] - std::sin(angle) * p[1], std::sin(angle) * p[0] + std::cos(angle) * p[1]};
        const point shifted{turned[0] + dx, turned[1] + dy};
        const point enlarged{shifted[0] * factor, shifted[1] * factor};
        const point mirrored{mirror_x ? -enlarged[0] : enlarged[0], mirror_y ? -enlarged[1] : enlarged[1]};
        check_near(source(chain.draw_affine(key, size), mirrored), p);
    }
}

TEST_CASE("shear slides rows by their height, then columns by their place", "[augment]") {
    const augment::chain chain{augment::per_vertebra{augment::shear{.left_right = 30, .up_down = 20}}};
    for (std::uint64_t key = 0; key < 50; ++key) {
        auto draw = draws_of(key, 0);
        const double a = draw.uniform(-30, 30) * std::numbers::pi / 180, b = draw.uniform(-20, 20) * std::numbers::pi / 180;
        const point p{10, -7}; // a landmark of the input, moved forward by hand
        const double x = p[0] + std::tan(a) * p[1], y = p[1] + std::tan(b) * x;
        check_near(source(chain.draw_affine(key, 64), {x, y}), p);
        const auto [xx, xy, yx, yy] = chain.draw_affine(key, 64).matrix;
        CHECK(xx * yy - xy * yx == Approx(1)); // areas are kept
    }
}

TEST_CASE("a drawn cross lands where the affine says, and stays on its mask within half a pixel", "[augment]") {
    constexpr int size = 65, half = size / 2;
    std::vector<double> image(size * size);
    for (int along = -12; along <= 12; ++along)
        for (int across = -2; across <= 2; ++across)
            for (const auto& [x, y] : {std::pair{along, across}, std::pair{across, along}}) image[static_cast<std::size_t>((half - 5 + y) * size + half + 9 + x)] = 1;
    const auto at = [&](int x, int y) { return x < 0 || y < 0 || x >= size || y >= size ? 0 : image[static_cast<std::size_t>(y * size + x)]; };
    const augment::chain chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::translate{.fraction = 0.1}, augment::scale{.low = 0.9, .high = 1.1}}};

    for (std::uint64_t key = 0; key < 20; ++key) {
        const auto map = chain.draw_affine(key, size);
        // Where the centre of the cross must land: the inverse of the affine at (9, -5).
        const auto [a, b, c, d] = map.matrix;
        const double det = a * d - b * c, x0 = 9 - map.shift[0], y0 = -5 - map.shift[1];
        const point expected{(d * x0 - b * y0) / det, (a * y0 - c * x0) / det};
        point sum{};
        double weight = 0, apart = 0;
        for (int row = 0; row < size; ++row)
            for (int column = 0; column < size; ++column) {
                const auto [x, y] = source(map, {static_cast<double>(column - half), static_cast<double>(row - half)});
                const double sx = x + half, sy = y + half;
                const int ix = static_cast<int>(std::floor(sx)), iy = static_cast<int>(std::floor(sy));
                const double fx = sx - ix, fy = sy - iy;
                const double linear = (1 - fx) * (1 - fy) * at(ix, iy) + fx * (1 - fy) * at(ix + 1, iy) + (1 - fx) * fy * at(ix, iy + 1) + fx * fy * at(ix + 1, iy + 1);
                const double nearest = at(static_cast<int>(std::lround(sx)), static_cast<int>(std::lround(sy)));
                sum[0] += linear * (column - half), sum[1] += linear * (row - half), weight += linear;
                apart = std::max(apart, std::abs(linear - nearest));
            }
        REQUIRE(weight > 100);
        check_near({sum[0] / weight, sum[1] / weight}, expected, 0.1);
        CHECK(apart <= 0.75); // the nearest pixel is at most half a pixel off in x and in y, so it has a quarter of the weight
    }
}

TEST_CASE("one key gives one affine and another key another", "[augment]") {
    const augment::chain chain{augment::per_vertebra{augment::rotate{}, augment::translate{}, augment::scale{}, augment::flip{}}};
    CHECK(chain.draw_affine(7, 256).matrix == chain.draw_affine(7, 256).matrix);
    CHECK(chain.draw_affine(7, 256).shift == chain.draw_affine(7, 256).shift);
    CHECK(chain.draw_affine(7, 256).matrix != chain.draw_affine(8, 256).matrix);
}

TEST_CASE("rotation keeps lengths, scaling keeps the aspect ratio, and both stay within their bounds", "[augment]") {
    const augment::chain turn{augment::per_vertebra{augment::rotate{.degrees = 15}}};
    const augment::chain grow{augment::per_vertebra{augment::scale{.low = 0.9, .high = 1.1}}};
    double widest = 0, smallest = 9, largest = 0;
    for (std::uint64_t key = 0; key < 2'000; ++key) {
        const auto r = turn.draw_affine(key, 64).matrix;
        CHECK(r[0] * r[3] - r[1] * r[2] == Approx(1));
        widest = std::max(widest, std::abs(std::atan2(r[1], r[0])) * 180 / std::numbers::pi);
        const auto s = grow.draw_affine(key, 64).matrix;
        CHECK(s[0] == s[3]);
        smallest = std::min(smallest, 1 / s[0]), largest = std::max(largest, 1 / s[0]);
    }
    CHECK(widest <= 15);
    CHECK(widest > 14.9);
    CHECK(smallest >= 0.9);
    CHECK(smallest < 0.902);
    CHECK(largest <= 1.1 + 1e-12);
    CHECK(largest > 1.098);
}

TEST_CASE("without a geometric operation nothing moves", "[augment]") {
    const augment::chain still{augment::per_slice{augment::gaussian_noise{}}};
    CHECK_FALSE(still.moves());
    CHECK(still.draw_affine(3, 64).matrix == augment::affine{}.matrix);
    CHECK_FALSE(augment::chain<>{}.moves());
}
