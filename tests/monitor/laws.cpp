#include <facet/monitor.hpp>

#include "support/test.hpp"

#include <facet/metric.hpp>

#include "laws/monitor.hpp"

using namespace facet;

TEST_CASE("every monitor keeps the monitor laws", "[monitor][laws]") {
    laws::monitor(monitor::last{});
    laws::monitor(monitor::last{.keep = 4});
    laws::monitor(monitor::best{});
    laws::monitor(monitor::best{metric::roc_auc{}, 1});
    laws::monitor(monitor::best{metric::sensitivity_at_specificity{}});
    laws::monitor(monitor::best{metric::balanced_accuracy{}});
    laws::monitor(monitor::best{metric::dice{}});
    laws::monitor(monitor::best{metric::f1{}});
    laws::monitor(monitor::best{metric::f_beta{}});
    laws::monitor(monitor::best{metric::iou{}});
    laws::monitor(monitor::best{metric::mcc{}});
    laws::monitor(monitor::best{metric::precision{}});
    laws::monitor(monitor::best{metric::recall{}});
    laws::monitor(monitor::best{metric::specificity{}});
}
