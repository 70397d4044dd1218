#include <facet/input.hpp>

#include "support/test.hpp"

using namespace facet;

TEST_CASE("each window maps its low to 0 and its high to 1 and clamps outside", "[input]") {
    constexpr input::windows three{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}};
    const auto images = torch::tensor({-1024.f, -160.f, 0.f, 40.f, 700.f, 1800.f, 3000.f}).reshape({1, 1, 1, 7});
    const auto channels = three(images);
    REQUIRE(channels.sizes() == at::IntArrayRef{1, 3, 1, 7});
    const auto expected = torch::tensor({0.f, 0.f, 0.f, 40 / 1800.f, 700 / 1800.f, 1.f, 1.f,   //
                                         0.f, 0.f, 0.f, 0.f, 0.5f, 1.f, 1.f,                   //
                                         0.f, 0.f, 0.4f, 0.5f, 1.f, 1.f, 1.f}).reshape({1, 3, 1, 7});
    CHECK(torch::allclose(channels, expected, 1e-6, 1e-6));
    CHECK(images.min().item<double>() == -1024); // the input stays as it is
}

TEST_CASE("air and padding are 0 in every channel of the default windows", "[input]") {
    CHECK(default_policy<role::input>(torch::full({2, 1, 8, 8}, -1024.f)).abs().max().item<double>() == 0);
}

TEST_CASE("the number of windows is the number of channels", "[input]") {
    CHECK(input::windows{hu{0, 1}}.channel_count == 1);
    CHECK(input::windows{hu{0, 1800}, hu{-300, 800}}.channel_count == 2);
}
