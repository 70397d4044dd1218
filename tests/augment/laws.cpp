#include <facet/augment.hpp>

#include "support/test.hpp"

#include "laws/augment.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every geometric operation keeps the geometry laws", "[augment][laws]", augment::rotate, augment::translate, augment::scale, augment::flip) {
    laws::geometry(TestType{});
}

TEMPLATE_TEST_CASE("every intensity operation keeps the intensity laws", "[augment][laws]", augment::gaussian_noise, augment::gamma, augment::brightness) {
    laws::intensity(TestType{});
}
