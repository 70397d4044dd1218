#include <facet/engine/random_draws.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <facet/augment.hpp>
#include <facet/input.hpp>

using namespace facet;

namespace {

std::vector<std::uint64_t> keys(std::int64_t n, std::uint64_t salt = 1) {
    std::vector<std::uint64_t> out;
    for (std::int64_t i = 0; i < n; ++i) out.push_back(rng::key(salt, i));
    return out;
}
random_draws slice_draws(std::int64_t n) { return {keys(n), keys(n)}; }

} // namespace

TEST_CASE("an operation happens as often as its probability says", "[augment][draws]") {
    constexpr std::int64_t n = 20'000;
    for (const double p : {0.0, 0.1, 0.3, 0.9, 1.0}) {
        auto draw = slice_draws(n);
        const auto changed = draw.some(p, torch::zeros({n, 1, 1, 1}), [](const at::Tensor& x, augment::draws&) { return x.add(1); });
        CHECK(changed.mean().item<double>() == Approx(p).margin(4 * std::sqrt(p * (1 - p) / n) + 1e-9));
    }
}

TEST_CASE("draws fill their ranges evenly", "[augment][draws]") {
    auto draw = slice_draws(20'000);
    const auto u = draw.uniform(-3, 5).flatten();
    CHECK(u.min().item<double>() >= -3);
    CHECK(u.max().item<double>() < 5.0001);
    CHECK(u.mean().item<double>() == Approx(1).margin(0.07));
    CHECK(u.std().item<double>() == Approx(8 / std::sqrt(12.)).margin(0.05));
    const auto f = augment::nnunet::factor(draw, 0.7, 1.5).flatten(); // half uniform in [0.7, 1), half in [1, 1.5)
    CHECK(f.min().item<double>() >= 0.7 - 1e-6);
    CHECK(f.max().item<double>() <= 1.5 + 1e-6);
    CHECK(f.lt(1).to(at::kDouble).mean().item<double>() == Approx(0.5).margin(0.015));
    CHECK(f.lt(0.85).to(at::kDouble).mean().item<double>() == Approx(0.25).margin(0.015));
    CHECK(f.gt(1.25).to(at::kDouble).mean().item<double>() == Approx(0.25).margin(0.015));
}

TEST_CASE("geometric draws keep their probabilities and ranges", "[augment][draws]") {
    const augment::chain chain{augment::per_vertebra{augment::rotate{.degrees = 180, .probability = 0.2}, augment::nnunet::zoom{}}};
    int turned = 0, zoomed = 0;
    constexpr int n = 5000;
    for (std::uint64_t key = 0; key < n; ++key) {
        const auto [xx, xy, yx, yy] = chain.draw_affine(rng::key(key), 256).matrix;
        const double zoom = std::sqrt(xx * yy - xy * yx);
        turned += std::abs(xy) > 1e-12;
        zoomed += std::abs(zoom - 1) > 1e-12;
        if (zoom < 0.7 - 1e-9 || zoom > 1.4 + 1e-9) FAIL("zoom outside its range: " << zoom);
    }
    CHECK(static_cast<double>(turned) / n == Approx(0.2).margin(0.025));
    CHECK(static_cast<double>(zoomed) / n == Approx(0.2).margin(0.025));
}

TEST_CASE("one operation in two places draws twice", "[augment][draws]") {
    // The field of the noise is keyed by slice and place in both scopes, so the places must differ.
    const augment::chain once{augment::per_slice{augment::gaussian_noise{.hu = 20}}};
    const augment::chain twice{augment::per_vertebra{augment::gaussian_noise{.hu = 20}}, augment::per_slice{augment::gaussian_noise{.hu = 20}}};
    const auto zero = torch::zeros({1, 1, 64, 64});
    auto v = slice_draws(1), s = slice_draws(1), v2 = slice_draws(1), s2 = slice_draws(1);
    const auto both = twice.apply<augment::domain::hu>(zero, v, s);
    const auto first = once.apply<augment::domain::hu>(zero, v2, s2);
    const auto second = both - first;
    const auto correlation = (first * second).mean() / (first.std() * second.std());
    CHECK(first.std().item<double>() > 0.1);
    CHECK(second.std().item<double>() > 0.1);
    CHECK(std::abs(correlation.item<double>()) < 0.06); // 4096 pixels: 1 / 64 is one standard deviation
}

TEST_CASE("working on the chosen slices only gives what working on all would", "[augment][draws]") {
    const auto images = torch::rand({9, 1, 32, 32}) * 1000;
    const augment::draws::change noisy = [](const at::Tensor& x, augment::draws& d) { return augment::ct_noise{}(x, d); };
    auto a = slice_draws(9), b = slice_draws(9);
    CHECK((a.some(0.5, images, noisy) - b.augment::draws::some(0.5, images, noisy)).abs().max().item<double>() < 1e-3);
}

TEST_CASE("a partner is another slice, whatever the order of the batch", "[augment][draws]") {
    const auto all = keys(12);
    std::vector<std::size_t> order{5, 3, 11, 0, 9, 1, 7, 2, 10, 4, 8, 6};
    std::vector<std::uint64_t> shuffled;
    for (const auto i : order) shuffled.push_back(all[i]);
    random_draws a{all, all}, b{shuffled, shuffled};
    const auto in_order = a.partner(false), in_disorder = b.partner(false);
    std::map<std::int64_t, int> popularity;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const auto partner = in_order[static_cast<std::int64_t>(order[k])].item<std::int64_t>();
        CHECK(partner != static_cast<std::int64_t>(order[k]));
        CHECK(static_cast<std::int64_t>(order[static_cast<std::size_t>(in_disorder[static_cast<std::int64_t>(k)].item<std::int64_t>())]) == partner);
        ++popularity[partner];
    }
    CHECK(popularity.size() > 4); // not everybody's the same
    random_draws alone{{7}, {7}};
    CHECK(alone.partner(false).item<std::int64_t>() == 0);
}

TEST_CASE("a partner with a fracture is one, or the slice itself", "[augment][draws]") {
    random_draws some{keys(5), keys(5), {false, true, false, false, false}};
    CHECK(some.partner(true).equal(torch::tensor({1, 1, 1, 1, 1}, at::kLong))); // the only one has no other
    random_draws none{keys(3), keys(3), {false, false, false}};
    CHECK(none.partner(true).equal(torch::arange(3, at::kLong)));
}

TEMPLATE_TEST_CASE("in per_vertebra all slices of a vertebra get one draw", "[augment][draws]", augment::blur, augment::hu_shift, augment::low_resolution,
                   augment::slice_thickness, augment::metal_streak, augment::coarse_dropout, augment::gamma, augment::brightness, augment::contrast) {
    constexpr auto which = TestType::where;
    const augment::chain chain{augment::per_vertebra{TestType{}}};
    const auto one = torch::rand({1, 1, 32, 32}) * (which == augment::domain::hu ? 1000 : 1);
    const auto images = one.expand({6, -1, -1, -1}).contiguous();
    int different = 0;
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
        // slices 0..2 belong to one vertebra, 3..5 to another
        const auto a = rng::key(epoch, 1), b = rng::key(epoch, 2);
        random_draws vertebra{{a, a, a, b, b, b}, keys(6, epoch)}, slice{keys(6, epoch), keys(6, epoch)};
        const auto out = chain.template apply<which>(images, vertebra, slice);
        CHECK(out[0].equal(out[1]));
        CHECK(out[0].equal(out[2]));
        CHECK(out[3].equal(out[5]));
        different += !out[0].equal(out[3]);
    }
    CHECK(different > 0);
}

TEMPLATE_TEST_CASE("noise in per_vertebra shares its strength but not its grains", "[augment][draws]", augment::gaussian_noise, augment::ct_noise) {
    const augment::chain chain{augment::per_vertebra{TestType{}}};
    const auto images = torch::full({2, 1, 128, 128}, 200.f);
    const auto same = rng::key(5, 6);
    random_draws vertebra{{same, same}, keys(2)}, slice{keys(2), keys(2)};
    const auto noise = chain.template apply<augment::domain::hu>(images, vertebra, slice) - images;
    CHECK_FALSE(noise[0].equal(noise[1]));
    CHECK(noise[0].std().template item<double>() == Approx(noise[1].std().template item<double>()).epsilon(0.05));
}

TEST_CASE("in per_vertebra the windows of a vertebra are jittered alike", "[augment][draws]") {
    const augment::chain chain{augment::per_vertebra{augment::window_jitter{}}};
    const auto images = (torch::rand({1, 1, 16, 16}) * 1000).expand({3, -1, -1, -1}).contiguous();
    random_draws vertebra{{1, 1, 2}, keys(3)}, slice{keys(3), keys(3)};
    const auto out = chain.channels(input::windows{hu{0, 1800}, hu{-160, 240}}, images, vertebra, slice);
    CHECK(out[0].equal(out[1]));
    CHECK_FALSE(out[0].equal(out[2]));
}
