#include <facet/augment.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <facet/core/describe.hpp>
#include <facet/input.hpp>

#include "augment/scripted.hpp"

using namespace facet;

namespace {

constexpr std::int64_t side = 24;

/// Smooth HU with a border of air, [n,1,S,S].
at::Tensor slices(std::int64_t n) {
    const auto i = torch::arange(n * side * side, at::kFloat);
    auto x = (600 * (0.013 * i).sin() + 300 * (0.4 * i).cos()).view({n, 1, side, side});
    x.slice(2, 0, 3).fill_(-1024);
    return x;
}

/// A reference in plain loops against the operation.
void check_pixels(const at::Tensor& ours, const auto& expected, double margin = 2e-3) {
    const auto x = ours.contiguous();
    double worst = 0;
    for (std::int64_t n = 0; n < x.size(0); ++n)
        for (std::int64_t row = 0; row < side; ++row)
            for (std::int64_t column = 0; column < side; ++column)
                worst = std::max(worst, std::abs(static_cast<double>(x[n][0][row][column].template item<float>()) - expected(n, row, column)));
    CHECK(worst < margin);
}

} // namespace

TEST_CASE("ct_noise has the deviation of the missing dose, scaled by the root of density", "[augment][reference]") {
    const auto x = slices(1);
    scripted draw{{0.5}}; // a quarter of the dose, drawn half-way on the logarithm: half the dose
    const auto out = augment::ct_noise{.hu = 12, .dose = 0.25, .grain = 0}(x, draw);
    check_pixels(out, [&](auto n, auto row, auto column) {
        const double before = x[n][0][row][column].template item<float>();
        return before <= -1024 ? -1024 : before + 12 * std::sqrt(1 / 0.5 - 1) * std::sqrt(std::max(0.0, (before + 1000) / 1000));
    });
}

TEST_CASE("grainy noise keeps its deviation and is alike in neighbours", "[augment][reference]") {
    torch::manual_seed(3);
    const auto grainy = augment::kernels<>::grainy(torch::randn({4, 1, 128, 128}), 0.8);
    CHECK(grainy.std().item<double>() == Approx(1).margin(0.03));
    const auto neighbours = (grainy.slice(3, 0, -1) * grainy.slice(3, 1)).mean().item<double>();
    double products = 0, squares = 0; // of the kernel with itself, one pixel apart
    const auto w = [](double t) { return std::abs(t) <= std::floor(3 * 0.8 + 0.25) ? std::exp(-t * t / (2 * 0.64)) : 0; };
    for (int t = -4; t <= 4; ++t) products += w(t) * w(t + 1), squares += w(t) * w(t);
    CHECK(neighbours == Approx(products / squares).margin(0.03));
}

TEST_CASE("hu_shift is a line through HU, but not for air", "[augment][reference]") {
    const auto x = slices(1);
    scripted draw{{0.75, 1}};
    check_pixels(augment::hu_shift{.hu = 40, .slope = 0.1}(x, draw), [&](auto n, auto row, auto column) {
        const double before = x[n][0][row][column].template item<float>();
        return before <= -1024 ? -1024 : std::max(-1024.0, before * 1.1 + 20);
    });
}

TEST_CASE("metal_streak adds bands that fade with distance", "[augment][reference]") {
    const auto x = slices(1);
    scripted draw{{0.3, 0.6, 0.1, 0.9, 0.7, 0.2}}; // x, y, then angle and height of two bands
    const augment::metal_streak op{.hu = 300, .streaks = 2, .width = 1.5};
    check_pixels(op(x, draw), [&](auto n, auto row, auto column) {
        const double before = x[n][0][row][column].template item<float>();
        if (before <= -1024) return -1024.0;
        const double dx = static_cast<double>(column) - 0.3 * side, dy = static_cast<double>(row) - 0.6 * side;
        double sum = 0;
        for (const auto& [angle, hu] : {std::pair{0.1 * std::numbers::pi, 240.0}, std::pair{0.7 * std::numbers::pi, -180.0}}) {
            const double across = dy * std::cos(angle) - dx * std::sin(angle);
            sum += hu * std::exp(-0.5 * across * across / (1.5 * 1.5));
        }
        return std::max(-1024.0, before + sum / (1 + 8 * std::hypot(dx, dy) / side));
    }, 1e-2);
}

TEST_CASE("coarse_dropout blanks its rectangles and nothing else", "[augment][reference]") {
    const auto x = slices(1);
    scripted draw{{0.2, 0.5, 1, 0, 0.9, 0.95, 0.5, 0.5}};
    const augment::coarse_dropout op{.rectangles = 2, .low = 0.1, .high = 0.3};
    check_pixels(op(x, draw), [&](auto n, auto row, auto column) {
        const double u = (static_cast<double>(column) + 0.5) / side, v = (static_cast<double>(row) + 0.5) / side;
        const bool first = std::abs(u - 0.2) < 0.15 && std::abs(v - 0.5) < 0.05, second = std::abs(u - 0.9) < 0.1 && std::abs(v - 0.95) < 0.1;
        return first || second ? -1024.0 : static_cast<double>(x[n][0][row][column].template item<float>());
    });
}

TEST_CASE("window_jitter moves level and width of every window on its own, and none below air", "[augment][reference]") {
    const augment::chain chain{augment::per_slice{augment::window_jitter{.level = 40, .width = 1.44}}};
    const input::windows windows{hu{-160, 240}, hu{-1024, 976}};
    const auto x = slices(1);
    scripted vertebra{{}}, slice{{0.75, 1, 0, 0.5}};
    const auto out = chain.channels(windows, x, vertebra, slice);
    CHECK(vertebra.next == 0);
    const auto expected = [&](double level, double width) {
        const double low = std::max(level - width / 2, -1024.0), high = level + width / 2;
        return [&x, low, high](auto n, auto row, auto column) { return std::clamp((x[n][0][row][column].template item<float>() - low) / (high - low), 0.0, 1.0); };
    };
    check_pixels(out.narrow(1, 0, 1), expected(40 + 20, 400 * 1.44), 1e-5);
    check_pixels(out.narrow(1, 1, 1), expected(-24 - 40, 2000), 1e-5);
}

TEST_CASE("cutmix takes a rectangle of the partner, image and mask", "[augment][reference]") {
    const auto channels = torch::rand({2, 1, side, side});
    const auto masks = channels.gt(0.5).to(at::kByte);
    scripted draw{{0.25, 0.5, 0.5}, 2};
    const auto out = augment::cutmix{.largest_area = 0.5}({channels, masks}, draw); // a quarter of the area: half the side
    const auto from = [&](auto n, auto row, auto column) {
        const double u = (static_cast<double>(column) + 0.5) / side, v = (static_cast<double>(row) + 0.5) / side;
        return std::abs(u - 0.25) < 0.25 && std::abs(v - 0.5) < 0.25 ? 1 - n : n;
    };
    check_pixels(out.channels, [&](auto n, auto row, auto column) { return channels[from(n, row, column)][0][row][column].template item<float>(); }, 1e-7);
    check_pixels(out.masks.to(at::kFloat), [&](auto n, auto row, auto column) { return masks[from(n, row, column)][0][row][column].template item<std::uint8_t>(); }, 1e-7);
}

TEST_CASE("copy_paste takes the partner's fracture and fades around it", "[augment][reference]") {
    constexpr int margin = 2;
    const auto channels = torch::rand({2, 1, side, side});
    auto masks = torch::zeros({2, 1, side, side}, at::kByte);
    masks[1][0].slice(0, 8, 12).slice(1, 5, 9).fill_(1);
    masks[1][0][1][1] = 255;
    masks[0][0].slice(0, 10, 20).slice(1, 8, 20).fill_(1);
    scripted draw{{}, 2};
    const auto out = augment::copy_paste{.margin = margin}({channels, masks}, draw);
    const auto weight = [&](std::int64_t row, std::int64_t column) { // the share of near-fracture pixels in a square around this one
        double sum = 0, count = 0;
        for (auto r = row - margin; r <= row + margin; ++r)
            for (auto c = column - margin; c <= column + margin; ++c) {
                if (r < 0 || c < 0 || r >= side || c >= side) continue;
                ++count;
                sum += r >= 8 - 2 * margin && r < 12 + 2 * margin && c >= 5 - 2 * margin && c < 9 + 2 * margin;
            }
        return sum / count;
    };
    check_pixels(out.channels.narrow(0, 0, 1), [&](auto, auto row, auto column) {
        const double own = channels[0][0][row][column].template item<float>(), other = channels[1][0][row][column].template item<float>();
        return own + weight(row, column) * (other - own);
    }, 1e-5);
    check_pixels(out.masks.narrow(0, 0, 1).to(at::kFloat), [&](auto, auto row, auto column) {
        return masks[weight(row, column) > 0.5 ? 1 : 0][0][row][column].template item<std::uint8_t>();
    }, 1e-7);
}

TEST_CASE("mixup shares image and mask alike, and ignores what either ignores", "[augment][reference]") {
    const auto channels = torch::rand({2, 1, side, side});
    auto masks = channels.gt(0.5).to(at::kByte);
    masks[1][0][3][4] = 255;
    scripted draw{{0.6}, 2};
    const auto out = augment::mixup{.largest_share = 0.5}({channels, masks}, draw);
    REQUIRE(out.masks.is_floating_point());
    check_pixels(out.channels, [&](auto n, auto row, auto column) {
        return 0.7 * channels[n][0][row][column].template item<float>() + 0.3 * channels[1 - n][0][row][column].template item<float>();
    }, 1e-5);
    check_pixels(out.masks, [&](auto n, auto row, auto column) {
        if (row == 3 && column == 4) return 255.0;
        return 0.7 * masks[n][0][row][column].template item<std::uint8_t>() + 0.3 * masks[1 - n][0][row][column].template item<std::uint8_t>();
    }, 1e-5);
}

TEST_CASE("neutral parameters change nothing", "[augment][reference]") {
    const auto x = slices(2), window = (x / 1800).clamp(0, 1);
    const auto same = [](const auto& op, const at::Tensor& in) {
        scripted draw{std::vector<double>(40, 0.3), 2};
        return (op(in, draw) - in).abs().max().template item<double>();
    };
    CHECK(same(augment::gaussian_noise{.hu = 0}, x) == 0);
    CHECK(same(augment::ct_noise{.dose = 1}, x) == 0);
    CHECK(same(augment::ct_noise{.hu = 0}, x) == 0);
    CHECK(same(augment::hu_shift{.hu = 0}, x) == 0);
    CHECK(same(augment::blur{.low = 0, .high = 0}, x) < 1e-3);
    CHECK(same(augment::slice_thickness{.pixels = 1}, x) < 1e-3);
    CHECK(same(augment::low_resolution{.low = 1, .high = 1}, x) < 1e-3);
    CHECK(same(augment::metal_streak{.hu = 0}, x) == 0);
    CHECK(same(augment::coarse_dropout{.low = 0, .high = 0}, x) == 0);
    CHECK(same(augment::gamma{.low = 1, .high = 1}, window) < 1e-6);
    CHECK(same(augment::gamma{.low = 1, .high = 1, .inverted = true, .retain_stats = true}, window) < 1e-5);
    CHECK(same(augment::contrast{.low = 1, .high = 1}, window) < 1e-6);
    CHECK(same(augment::brightness{.low = 1, .high = 1}, window) == 0);
    const augment::mixture batch{window, window.gt(0.5).to(at::kByte)};
    scripted draw{std::vector<double>(40, 0.3), 2};
    CHECK(augment::cutmix{.largest_area = 0}(batch, draw).channels.equal(window));
    CHECK((augment::mixup{.largest_share = 0}(batch, draw).channels - window).abs().max().item<double>() == 0);
    CHECK(augment::copy_paste{}({window, torch::zeros_like(batch.masks)}, draw).channels.equal(window));
}

TEST_CASE("nnunet_2d writes nnU-Net's operations, order, ranges and probabilities", "[augment][reference]") {
    // nnUNetTrainer.get_training_transforms for 2-D; blur and low resolution have 0.2 x 0.5 and 0.25 x 0.5 for the one channel of CT.
    CHECK(describe_policy(augment::nnunet_2d{.clip = {-160, 1800}, .mean = 300, .deviation = 250}.chain())
          == R"({"policy":"augment::chain","items":[{"policy":"augment::per_vertebra","items":[)"
             R"({"policy":"augment::rotate","degrees":180,"probability":0.2},{"policy":"augment::nnunet::zoom","low":0.7,"high":1.4,"probability":0.2},)"
             R"({"policy":"augment::flip","left_right":0.5,"up_down":0.5}]},{"policy":"augment::per_slice","items":[)"
             R"({"policy":"augment::nnunet::clip","low":-160,"high":1800},{"policy":"augment::nnunet::noise","hu":25,"probability":0.1},)"
             R"({"policy":"augment::blur","low":0.5,"high":1,"same_axes":false,"probability":0.1},)"
             R"({"policy":"augment::nnunet::brightness","mean":300,"low":0.75,"high":1.25,"probability":0.15},)"
             R"({"policy":"augment::nnunet::contrast","low":0.75,"high":1.25,"probability":0.15},)"
             R"({"policy":"augment::low_resolution","low":0.5,"high":1,"probability":0.125},)"
             R"({"policy":"augment::nnunet::gamma","low":0.7,"high":1.5,"inverted":true,"probability":0.1},)"
             R"({"policy":"augment::nnunet::gamma","low":0.7,"high":1.5,"inverted":false,"probability":0.3}]}]})");
}
