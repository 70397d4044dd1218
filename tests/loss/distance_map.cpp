#include <facet/loss.hpp>
#include <facet/target.hpp>

#include "support/test.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using namespace facet;

namespace {

/// By looking at every pair of pixels.
at::Tensor by_definition(const at::Tensor& mask) {
    auto out = torch::zeros(mask.sizes());
    const auto g = mask.accessor<bool, 4>();
    auto d = out.accessor<float, 4>();
    for (int64_t n = 0; n < mask.size(0); ++n)
        for (int64_t y = 0; y < mask.size(2); ++y)
            for (int64_t x = 0; x < mask.size(3); ++x) {
                auto nearest = std::numeric_limits<double>::infinity();
                for (int64_t v = 0; v < mask.size(2); ++v)
                    for (int64_t u = 0; u < mask.size(3); ++u)
                        if (g[n][0][v][u] != g[n][0][y][x]) nearest = std::min(nearest, std::hypot(double(v - y), double(u - x)));
                if (std::isfinite(nearest)) d[n][0][y][x] = static_cast<float>(g[n][0][y][x] ? -nearest : nearest);
            }
    return out;
}

/// Dense, sparse, one pixel, one missing pixel, empty and full, one slice each.
at::Tensor masks(int64_t height, int64_t width) {
    torch::manual_seed(5);
    auto out = torch::zeros({7, 1, height, width}, at::kBool);
    for (int64_t i = 0; i < 3; ++i) out[i] = torch::rand({1, height, width}) > (i == 0 ? 0.5 : i == 1 ? 0.97 : 0.03);
    out[3][0][height / 2][0] = true;
    out[4].fill_(true);
    out[4][0][0][width - 1] = false;
    out[6].fill_(true);
    return out;
}

/// To the last digit: MKL's square root is not always the nearest float.
bool agree(const at::Tensor& a, const at::Tensor& b) { return torch::allclose(a, b, 2e-7, 0); }

} // namespace

TEST_CASE("distance maps are what every pair of pixels gives", "[loss][distance]") {
    for (const auto& [height, width] : std::vector<std::pair<int64_t, int64_t>>{{16, 16}, {9, 23}, {23, 9}, {1, 12}, {12, 1}, {2, 2}}) {
        INFO(height << " x " << width);
        const auto mask = masks(height, width);
        const auto expected = by_definition(mask);
        CHECK(distance_transforms<>::signed_distance(mask).equal(expected));
        CHECK(agree(distance_transforms<>::signed_distance_by_tensors(mask), expected));
    }
}

TEST_CASE("both forms of the distance map agree on large masks", "[loss][distance]") {
    const auto mask = masks(256, 200);
    CHECK(agree(distance_transforms<>::signed_distance_by_tensors(mask), distance_transforms<>::signed_distance(mask)));
}

TEST_CASE("a distance map by hand", "[loss][distance]") {
    auto mask = torch::zeros({1, 1, 5, 5});
    mask[0][0].slice(0, 1, 4).slice(1, 1, 4).fill_(1); // a block of 3 x 3
    const auto d = target::distance_maps{}(mask).pixels[0][0];
    CHECK(d[2][2].item<double>() == -2);
    CHECK(d[2][1].item<double>() == -1);
    CHECK(d[2][0].item<double>() == 1);
    CHECK(d[0][0].item<double>() == Approx(std::sqrt(2.0)));
}

TEST_CASE("distance maps take masks of any number type and of any memory layout", "[loss][distance]") {
    const auto mask = masks(12, 10);
    const auto expected = distance_transforms<>::signed_distance(mask);
    CHECK(distance_transforms<>::signed_distance(mask.to(at::kDouble)).equal(expected));
    CHECK(distance_transforms<>::signed_distance(mask.to(at::kByte).transpose(2, 3).contiguous().transpose(2, 3)).equal(expected));
    CHECK(expected.scalar_type() == at::kFloat);
    CHECK(distance_transforms<>::signed_distance(torch::zeros({0, 1, 4, 4})).sizes().vec() == std::vector<int64_t>{0, 1, 4, 4});
}

TEST_CASE("boundary of four pixels is what the map gives by hand", "[loss]") {
    // One row, fracture in pixels 0 and 1: D of the paper is -1, 0, 1, 2. With p = 1, 1, 0, 0 the mean of p D is -1/4; with p = 0, 0, 1, 1 it is 3/4.
    const auto g = torch::tensor({1., 1., 0., 0.}).reshape({1, 1, 1, 4}), z = (g * 2 - 1) * 50;
    const auto map = target::distance_maps{}(g);
    CHECK(loss::boundary{}(z, g, map).item<double>() == Approx(-0.25));
    CHECK(loss::boundary{}(-z, g, map).item<double>() == Approx(0.75));
}

TEST_CASE("hausdorff_dt of four pixels is what the maps give by hand", "[loss]") {
    // Fracture in pixel 0, called in pixels 0 to 2. Distances to the target's outline 1, 1, 2, 3, to the prediction's 3, 2, 1, 1.
    // Wrong are pixels 1 and 2: (1 + 4 + 4 + 1) / 4
    const auto g = torch::tensor({1., 0., 0., 0.}).reshape({1, 1, 1, 4});
    const auto z = torch::tensor({50., 50., 50., -50.}).reshape({1, 1, 1, 4});
    CHECK(loss::hausdorff_dt{}(z, g, target::distance_maps{}(g)).item<double>() == Approx(2.5));
}

TEST_CASE("cl_dice sees a broken line where Dice hardly does", "[loss]") {
    // A line of 15 pixels, one of them missed.
    auto g = torch::zeros({1, 1, 9, 17});
    g[0][0][4].slice(0, 1, 16).fill_(1);
    auto z = (g * 2 - 1) * 50;
    CHECK(loss::cl_dice{}(z, g).item<double>() == Approx(0).margin(1e-6));
    z[0][0][4][8] = -50;
    // Both skeletons are the lines themselves: P = (14 + 1) / (14 + 1), S = (14 + 1) / (15 + 1)
    const double p = 1, s = 15. / 16;
    CHECK(loss::cl_dice{}(z, g).item<double>() == Approx(1 - 2 * p * s / (p + s)).epsilon(1e-5));
    // A line three pixels thick around it has the same skeleton but its ends.
    auto thick = torch::zeros_like(g);
    thick[0][0].slice(0, 3, 6).slice(1, 1, 16).fill_(1);
    CHECK(loss::cl_dice{}((thick * 2 - 1) * 50, g).item<double>() < 0.05);
    CHECK(loss::dice{}((thick * 2 - 1) * 50, g).item<double>() == Approx(1 - 2. * 15 / (45 + 15)).epsilon(1e-5));
}
