#include <facet/augment.hpp>

#include "support/test.hpp"

#include "laws/augment.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every geometric operation keeps the geometry laws", "[augment][laws]", augment::rotate, augment::translate, augment::scale, augment::flip,
                   augment::shear, augment::nnunet::zoom) {
    laws::geometry(TestType{});
}

TEMPLATE_TEST_CASE("every intensity operation keeps the intensity laws", "[augment][laws]", augment::gaussian_noise, augment::ct_noise, augment::blur, augment::hu_shift,
                   augment::low_resolution, augment::slice_thickness, augment::metal_streak, augment::coarse_dropout, augment::gamma, augment::brightness, augment::contrast) {
    laws::intensity(TestType{});
}

TEMPLATE_TEST_CASE("every batch operation keeps the mixing laws", "[augment][laws]", augment::mixup, augment::cutmix, augment::copy_paste) {
    laws::mixing(TestType{});
}

TEST_CASE("operations that scale HU leave air and padding at -1024", "[augment][laws]") {
    auto images = torch::full({2, 1, 16, 16}, 300.f);
    images.slice(2, 0, 5).fill_(-1024);
    const auto keeps = [&](const auto& op) {
        laws::streamed_draws d{7, 2};
        const auto out = op(images, d);
        return out.slice(2, 0, 5).eq(-1024).all().template item<bool>() && out.min().template item<double>() >= -1024;
    };
    CHECK(keeps(augment::ct_noise{.hu = 100}));
    CHECK(keeps(augment::hu_shift{.hu = 200, .slope = 0.1}));
    CHECK(keeps(augment::metal_streak{.hu = 2000}));
    CHECK(keeps(augment::coarse_dropout{}));
}
