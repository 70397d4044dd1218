#include <facet/match.hpp>

#include "support/test.hpp"

#include "laws/match.hpp"

using namespace facet;

TEST_CASE("every matching rule keeps the matching laws", "[match][laws]") {
    laws::match(match::any_overlap{}, true);
    laws::match(match::iou_at_least{}, true);
    laws::match(match::iou_at_least{.iou = 0.5}, true);
    laws::match(match::iou_at_least{.iou = 1}, true);
    laws::match(match::centre_inside{}, false); // of the candidate
}
