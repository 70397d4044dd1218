#include <facet/prior.hpp>

#include "support/test.hpp"

#include "laws/prior.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every prior keeps the prior laws", "[prior][laws]", prior::as_trained, prior::of_slices, prior::of_pixels) {
    laws::prior(TestType{});
    laws::prior_keeps_ranking(TestType{});
}
