#include <facet/target.hpp>

#include "support/test.hpp"

#include "laws/target.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every target keeps the target laws", "[target][laws]", target::masks, target::distance_maps) { laws::target(TestType{}); }
