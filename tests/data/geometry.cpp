#include <facet/data/geometry.hpp>

#include "support/data_test.hpp"

using namespace facet;

TEST_CASE("a voxel's place in the patient leads back to the voxel", "[data][geometry]") {
    const double c = 0.8, s = 0.6; // a turn by 36.87 degrees
    const geometry grid{{10, 20, 30}, {0.7, 0.8, 2.5}, {-100, 50, 7}, {c, -s, 0, s, c, 0, 0, 0, -1}};
    const auto p = grid.to_physical(3, 5, 2);
    CHECK(p[0] == Approx(-100 + 0.8 * 2.1 - 0.6 * 4)); // by hand: steps of 2.1, 4 and 5 mm along the columns
    CHECK(p[1] == Approx(50 + 0.6 * 2.1 + 0.8 * 4));
    CHECK(p[2] == Approx(7 - 5));
    const auto index = to_index(grid, p);
    CHECK(index[0] == Approx(3));
    CHECK(index[1] == Approx(5));
    CHECK(index[2] == Approx(2));
}

TEST_CASE("grids agree within a thousandth of a voxel and differ beyond", "[data][geometry]") {
    const geometry a{{100, 100, 50}, {0.5, 0.5, 2}, {1, 2, 3}};
    auto b = a;
    b.origin[0] += 0.0004;
    CHECK_FALSE(disagreement(a, b).has_value());
    b.origin[0] += 0.0003;
    CHECK_THAT(disagreement(a, b).value_or(""), Catch::Contains("apart"));
    b = a;
    b.spacing[2] = 2.5;
    CHECK_THAT(disagreement(a, b).value_or(""), Catch::Contains("spacing"));
    b = a;
    b.spacing[0] += 1e-4; // 99 steps make 10 thousandths of a millimetre
    CHECK(disagreement(a, b).has_value());
    b = a;
    b.size[1] = 99;
    CHECK_THAT(disagreement(a, b).value_or(""), Catch::Contains("size"));
    b = a;
    b.direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1};
    CHECK(disagreement(a, b).has_value());
}

TEST_CASE("the axes of the patient are found in an array of any order", "[data][geometry]") {
    // i runs to the head, j to the right, k to the back.
    const geometry grid{{4, 4, 4}, {1, 1, 1}, {}, {0, -1, 0, 0, 0, 1, 1, 0, 0}};
    const auto axes = axes_of(grid);
    CHECK(axes.head.index == 0);
    CHECK(axes.head.sign == 1);
    CHECK(axes.left.index == 1);
    CHECK(axes.left.sign == -1);
    CHECK(axes.back.index == 2);
    CHECK(axes.back.sign == 1);
}
