#include <facet/augment.hpp>

#include "support/test.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <facet/augment/kernels.hpp>
#include <facet/engine/bend.hpp>
#include <facet/engine/random_draws.hpp>
#include <facet/engine/warp.hpp>

#include "augment/scripted.hpp"
#include "support/golden.hpp"

using namespace facet;
using augment::kernels;

namespace {

constexpr int side = 16;

at::Tensor image() {
    const auto i = torch::arange(side * side, at::kDouble);
    return (800 * (0.37 * i).sin() + 200 * (1.7 * i).cos() + 3 * i.remainder(side)).to(at::kFloat).view({1, 1, side, side});
}

/// Numbers of one case of tests/golden/augment.csv, of the first peer or of a named one.
std::vector<double> numbers(const std::string& name, const std::string& who = {}) {
    for (const auto& row : golden_rows("augment.csv")) {
        if (row[0] != name || (!who.empty() && row[1] != who)) continue;
        std::vector<double> values;
        for (std::size_t k = 2; k < row.size(); ++k) values.push_back(std::stod(row[k]));
        return values;
    }
    throw std::runtime_error{"no case " + name};
}
/// The same as a picture, [.., S, S].
at::Tensor peer(const std::string& name, const std::string& who = {}) { return torch::tensor(numbers(name, who), at::kDouble).view({-1, side, side}); }

double apart(const at::Tensor& ours, const at::Tensor& theirs) { return (ours.to(at::kDouble).view(theirs.sizes()) - theirs).abs().max().item<double>(); }

at::Tensor number(double x) { return torch::full({1, 1, 1, 1}, x); }

/// The slice through an affine, as a GPU would do it; the CPU's kernel is compared with that in tests/engine.
at::Tensor moved(const augment::affine& map, const at::Tensor& what = image()) {
    return facet::detail::warp_by_tensors(what.squeeze(1), torch::zeros({1, side, side}, at::kByte), facet::detail::theta_of(std::span{&map, 1}, side)).images;
}

/// What one operation draws for a key.
template <class Op> augment::affine map_of(const Op& op, std::uint64_t key) { return augment::chain{augment::per_vertebra{op}}.draw_affine(key, side); }

/// The same difference where all that is read lies in the slice: peers differ in what they see at its edge.
double apart_inside(const augment::affine& map, const at::Tensor& theirs) {
    const auto inside = moved(map, torch::zeros({1, 1, side, side})).gt(-0.01).view({1, side, side});
    REQUIRE(inside.to(at::kDouble).mean().item<double>() > 0.5);
    return (moved(map).to(at::kDouble).view({1, side, side}) - theirs).mul(inside).abs().max().item<double>();
}

/// `draws` lie at or below each place as often as a peer's; n independent numbers of each. The bound is that of Kolmogorov and Smirnov at 0.1 %.
void check_distribution(const std::string& name, const at::Tensor& draws, double n) {
    const auto of = numbers("cdf_" + name);
    for (std::size_t i = 0; i < of.size(); i += 2) {
        INFO(name << " at " << of[i]);
        CHECK(draws.le(of[i]).to(at::kDouble).mean().item<double>() == Approx(of[i + 1]).epsilon(0).margin(1.95 * std::sqrt(2 / n)));
    }
}

std::vector<std::uint64_t> keys(std::int64_t n) {
    std::vector<std::uint64_t> out;
    for (std::int64_t i = 0; i < n; ++i) out.push_back(rng::key(1, i));
    return out;
}

} // namespace

TEST_CASE("flips are TorchIO's", "[augment][golden]") {
    CHECK(apart(moved(map_of(augment::flip{.left_right = 1, .up_down = 0}, 1)), peer("flip_left_right")) < 0.01);
    CHECK(apart(moved(map_of(augment::flip{.left_right = 0, .up_down = 1}, 1)), peer("flip_up_down")) < 0.01);
    CHECK(apart(moved(map_of(augment::flip{.left_right = 1, .up_down = 1}, 1)), peer("flip_both")) < 0.01);
}

TEST_CASE("translation is scipy's, and that of TorchIO and torchvision but for the edge", "[augment][golden]") {
    const auto map = map_of(augment::translate{.fraction = 0.2}, 3);
    CHECK(apart(moved(map), peer("translate_3", "scipy")) < 0.01);
    CHECK(apart_inside(map, peer("translate_3", "torchio")) < 0.01);     // which interpolates nothing with what lies outside
    CHECK(apart_inside(map, peer("translate_3", "torchvision")) < 0.01); // which multiplies an edge by its share of the slice twice
}

TEST_CASE("shear along both axes is scipy's, and along one torchvision's but for the edge", "[augment][golden]") {
    CHECK(apart(moved(map_of(augment::shear{.left_right = 30, .up_down = 30}, 5)), peer("shear_5")) < 0.01);
    CHECK(apart_inside(map_of(augment::shear{.left_right = 30, .up_down = 0}, 5), peer("shear_x_5")) < 0.01);
}

TEST_CASE("hu_shift is MONAI's scaled and shifted intensity", "[augment][golden]") {
    scripted draw{{0.75, 1}}; // 20 HU and a factor of 1.1
    CHECK(apart(augment::hu_shift{.hu = 40, .slope = 0.1}(image().clamp_min(-900), draw), peer("hu_shift_20_10")) < 1e-3);
}

TEST_CASE("gaussian_noise is as strong as TorchIO's and as normal", "[augment][golden]") {
    constexpr std::int64_t n = 4000, pixels = 32 * 32;
    random_draws draw{keys(n), keys(n)};
    const auto noise = augment::gaussian_noise{.hu = 20}(torch::zeros({n, 1, 32, 32}), draw).view({n, pixels});
    constexpr std::array<std::int64_t, 1> over_pixels{1};
    const auto deviations = noise.std(over_pixels, false, true);
    check_distribution("noise_deviation", deviations, n);
    check_distribution("noise_shape", noise / deviations, n * pixels);
}

TEST_CASE("nnU-Net's noise has for a standard deviation what batchgeneratorsv2 calls its variance", "[augment][golden]") {
    CHECK(numbers("noise_deviation_01").front() == Approx(0.1).epsilon(0).margin(4 * 0.1 / std::sqrt(2 * 512.0 * 512))); // of 512 x 512 pixels; the root of 0.1 would be 0.32
    scripted draw{{1}};
    CHECK(augment::nnunet::noise{.hu = 0.1 * 222}(torch::zeros({1, 1, side, side}), draw).sub(22.2).abs().max().item<double>() < 1e-4);
}

TEST_CASE("nnU-Net's factors are distributed as batchgeneratorsv2's BGContrast", "[augment][golden]") {
    constexpr std::int64_t n = 20'000;
    random_draws draw{keys(n), keys(n)};
    check_distribution("factor", augment::nnunet::factor(draw, 0.7, 1.5), n);
}

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
