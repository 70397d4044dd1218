#include <facet/augment.hpp>

#include "support/test.hpp"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <facet/augment/kernels.hpp>
#include <facet/engine/bend.hpp>
#include <facet/engine/warp.hpp>

#include "support/golden.hpp"

using namespace facet;
using augment::kernels;

namespace {

constexpr int side = 16;

at::Tensor image() {
    const auto i = torch::arange(side * side, at::kDouble);
    return (800 * (0.37 * i).sin() + 200 * (1.7 * i).cos() + 3 * i.remainder(side)).to(at::kFloat).view({1, 1, side, side});
}

/// Values of one case of tests/golden/augment.csv, [.., S, S].
at::Tensor peer(const std::string& name) {
    for (const auto& row : golden_rows("augment.csv")) {
        if (row[0] != name) continue;
        std::vector<double> values;
        for (std::size_t k = 2; k < row.size(); ++k) values.push_back(std::stod(row[k]));
        return torch::tensor(values, at::kDouble).view({-1, side, side});
    }
    throw std::runtime_error{"no case " + name};
}

double apart(const at::Tensor& ours, const at::Tensor& theirs) { return (ours.to(at::kDouble).view(theirs.sizes()) - theirs).abs().max().item<double>(); }

at::Tensor number(double x) { return torch::full({1, 1, 1, 1}, x); }

/// The slice through an affine, as a GPU would do it; the CPU's kernel is compared with that in tests/engine.
at::Tensor moved(const augment::affine& map) {
    return facet::detail::warp_by_tensors(image().squeeze(1), torch::zeros({1, side, side}, at::kByte), facet::detail::theta_of(std::span{&map, 1}, side)).images;
}

} // namespace

TEST_CASE("blur is batchgeneratorsv2's", "[augment][golden]") {
    CHECK(apart(kernels<>::gaussian_blur(image(), number(0.5), number(0.9), 1), peer("blur_05_09")) < 1e-3);
    CHECK(apart(kernels<>::gaussian_blur(image(), number(1), number(0.7), 1), peer("blur_10_07")) < 1e-3);
}

TEST_CASE("low resolution is batchgeneratorsv2's", "[augment][golden]") {
    CHECK(apart(kernels<>::low_resolution(image(), number(0.5)), peer("low_resolution_05")) < 1e-3);
    CHECK(apart(kernels<>::low_resolution(image(), number(0.7)), peer("low_resolution_07")) < 1e-3);
}

TEST_CASE("contrast is batchgeneratorsv2's with preserved range", "[augment][golden]") {
    CHECK(apart(kernels<>::contrast(image(), number(0.75)), peer("contrast_75")) < 1e-3);
    CHECK(apart(kernels<>::contrast(image(), number(1.25)), peer("contrast_125")) < 1e-3);
}

TEST_CASE("gamma with retained statistics, plain and inverted, is batchgeneratorsv2's", "[augment][golden]") {
    CHECK(apart(kernels<>::power(image(), number(0.7), false, true), peer("gamma_7_0")) < 2e-2);
    CHECK(apart(kernels<>::power(image(), number(0.7), true, true), peer("gamma_7_1")) < 2e-2);
    CHECK(apart(kernels<>::power(image(), number(1.5), false, true), peer("gamma_15_0")) < 2e-2);
    CHECK(apart(kernels<>::power(image(), number(1.5), true, true), peer("gamma_15_1")) < 2e-2);
}

TEST_CASE("the window gamma is the same on an image that fills [0, 1]", "[augment][golden]") {
    struct fixed final : augment::draws {
        at::Tensor uniform(double low, double) override { return number(low); }
        at::Tensor happens(double) override { return number(1).to(at::kBool); }
        at::Tensor normal_like(const at::Tensor& like) override { return torch::zeros_like(like); }
        at::Tensor partner(bool) override { return torch::zeros({1}, at::kLong); }
    } draw;
    const auto low = image().min(), range = image().max() - low;
    const auto ours = [&](double exponent, bool inverted) {
        return augment::gamma{.low = exponent, .high = exponent, .inverted = inverted, .retain_stats = true}((image() - low) / range, draw);
    };
    const auto theirs = [&](const char* name) { return ((peer(name) - low) / range).clamp(0, 1); }; // a window ends at 0 and 1
    CHECK(apart(ours(0.7, false), theirs("gamma_7_0")) < 1e-5);
    CHECK(apart(ours(0.7, true), theirs("gamma_7_1")) < 1e-5);
    CHECK(apart(ours(1.5, false), theirs("gamma_15_0")) < 1e-5);
    CHECK(apart(ours(1.5, true), theirs("gamma_15_1")) < 1e-5);
}

TEST_CASE("nnU-Net's brightness multiplies what is normalised", "[augment][golden]") {
    struct fixed final : augment::draws { // a factor of 1.2 is 0.8 of the way from 1 to 1.25
        at::Tensor uniform(double, double) override { return number(0.8); }
        at::Tensor happens(double) override { return number(1).to(at::kBool); }
        at::Tensor normal_like(const at::Tensor& like) override { return torch::zeros_like(like); }
        at::Tensor partner(bool) override { return torch::zeros({1}, at::kLong); }
    } draw;
    CHECK(apart(augment::nnunet::brightness{.mean = 300}(image(), draw), peer("brightness_120")) < 1e-3);
}

TEST_CASE("rotation and zoom in one interpolation are batchgeneratorsv2's", "[augment][golden]") {
    const auto map = [](double degrees, double grow) {
        const double a = degrees * M_PI / 180;
        // its grid is (row, column) and turns by +a, ours is (x, y)
        return augment::affine{{grow * std::cos(a), grow * std::sin(a), -grow * std::sin(a), grow * std::cos(a)}, {0, 0}};
    };
    CHECK(apart(moved(map(20, 1.3)), peer("spatial_20_13")) < 0.05);
    CHECK(apart(moved(map(-100, 0.8)), peer("spatial_-100_08")) < 0.05);
}

TEST_CASE("slice_thickness is scipy's mean over rows", "[augment][golden]") {
    CHECK(apart(kernels<>::box_blur_rows(image(), number(3), 4), peer("thickness_3")) < 1e-3);
    CHECK(apart(kernels<>::box_blur_rows(image(), number(2.6), 4), peer("thickness_26")) < 1e-3);
}

TEST_CASE("the displacement is the cubic B-spline that TorchIO takes from SimpleITK", "[augment][golden]") {
    constexpr std::int64_t points = 7;
    const auto coefficients = (2 * (3 * torch::arange(2 * points * points, at::kDouble)).sin()).to(at::kFloat).view({1, 2, points, points});
    const augment::affine same;
    const auto grid = facet::detail::bend_grid(torch::zeros({1, side, side, 2}), coefficients, facet::detail::theta_of(std::span{&same, 1}, side), facet::detail::spline_basis(side, points));
    const auto field = grid.squeeze(0).permute({2, 0, 1}) * ((side - 1) / 2.0); // [-1, 1] to pixels
    CHECK(apart(field, peer("spline_7")) < 1e-4);
}
