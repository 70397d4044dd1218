#include <facet/augment.hpp>

#include "support/test.hpp"

#include <cmath>

using namespace facet;

namespace {

/// Every draw is the middle of its range, and is counted.
struct middle final : augment::draws {
    explicit middle(int64_t n) : n{n} {}
    int64_t n;
    int asked = 0;
    at::Tensor uniform(double low, double high) override { ++asked; return torch::full({n, 1, 1, 1}, (low + high) / 2); }
    at::Tensor happens(double probability) override { ++asked; return torch::full({n, 1, 1, 1}, probability >= 0.5); }
    at::Tensor normal_like(const at::Tensor& like) override { return torch::ones_like(like); }
    at::Tensor partner(bool) override { return torch::arange(n, at::kLong).roll(1); }
};

} // namespace

TEST_CASE("gaussian_noise adds noise in HU with half its largest deviation on average", "[augment]") {
    middle d{2};
    const auto images = torch::zeros({2, 1, 4, 4});
    CHECK((augment::gaussian_noise{.hu = 20}(images, d) - 10).abs().max().item<double>() < 1e-6);
    CHECK(images.sum().item<double>() == 0); // the input stays as it is
}

TEST_CASE("gamma keeps 0 and 1 and takes the geometric middle of its range", "[augment]") {
    middle d{1};
    const auto images = torch::tensor({0.f, 0.25f, 1.f}).reshape({1, 1, 1, 3});
    const auto same = augment::gamma{.low = 0.8, .high = 1.25}(images, d); // sqrt(0.8 * 1.25) = 1
    CHECK(torch::allclose(same, images, 1e-6, 1e-6));
    const auto squared = augment::gamma{.low = 1, .high = 4}(images, d).flatten(); // sqrt(1 * 4) = 2
    CHECK(squared[0].item<double>() == 0);
    CHECK(squared[1].item<double>() == Approx(0.0625));
    CHECK(squared[2].item<double>() == Approx(1));
}

TEST_CASE("brightness keeps air at 0 and stays between 0 and 1", "[augment]") {
    middle d{1};
    const auto bright = augment::brightness{.low = 1, .high = 2}(torch::tensor({0.f, 0.4f, 0.9f}).reshape({1, 1, 1, 3}), d).flatten();
    CHECK(bright[0].item<double>() == 0);
    CHECK(bright[1].item<double>() == Approx(0.6));
    CHECK(bright[2].item<double>() == 1);
}

TEST_CASE("HU operations and window operations run apart, each with the draws of its scope", "[augment]") {
    // gamma is written before the noise; each domain is asked for on its own, so the noise still comes before the windows.
    const augment::chain chain{augment::per_vertebra{augment::brightness{.low = 0.5, .high = 0.5}}, augment::per_slice{augment::gamma{}, augment::gaussian_noise{.hu = 2}}};
    middle vertebra{1}, slice{1};
    const auto hu = chain.apply<augment::domain::hu>(torch::zeros({1, 1, 2, 2}), vertebra, slice);
    CHECK(hu.mean().item<double>() == Approx(1)); // noise alone
    CHECK(vertebra.asked == 0);
    CHECK(slice.asked == 1);
    const auto window = chain.apply<augment::domain::window>(torch::full({1, 3, 2, 2}, 0.5), vertebra, slice);
    CHECK(window.mean().item<double>() == Approx(0.25)); // brightness alone, since gamma's middle is 1
    CHECK(vertebra.asked == 1);
    CHECK(slice.asked == 2);
}
