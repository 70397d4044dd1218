#include <facet/threshold.hpp>

#include "support/test.hpp"

#include <facet/metric.hpp>

#include "laws/threshold.hpp"

using namespace facet;

TEST_CASE("every threshold search keeps the threshold laws", "[threshold][laws]") {
    laws::threshold(threshold::fixed{});
    laws::threshold(threshold::grid{});
    laws::threshold(threshold::log_grid{});
    laws::threshold(threshold::exact{});
    laws::threshold(threshold::exact{metric::dice{}});
    laws::threshold(threshold::exact{metric::f_beta{.beta = 0.5}});
    laws::threshold(threshold::exact{metric::balanced_accuracy{}});
    laws::threshold(threshold::exact{metric::mcc{}});
    laws::threshold(threshold::grid{metric::iou{}, 0.01, 0.5, 7});
    laws::threshold(threshold::youden{});
    laws::threshold(threshold::sensitivity_at_least{});
    laws::threshold(threshold::cost{});
}
