#include <facet/monitor.hpp>

#include "support/test.hpp"

#include <facet/metric.hpp>

using namespace facet;

TEST_CASE("a monitor's name has no underscores, as in ep08_prauc0.0632", "[monitor]") {
    CHECK(monitor::best<metric::pr_auc>::name == std::string_view{"prauc"});
    CHECK(monitor::best<metric::f1>::name.size() == 2);
    CHECK(monitor::last::name.empty());
}

TEST_CASE("best judges by the ranking, or by the counts at the threshold of the epoch", "[monitor]") {
    score_histogram h;
    h.add(2, true);
    h.add(1, false);
    h.add(-1, true);
    h.add(-2, false);
    const threshold::choice strict{.value = 0.8, .objective = {}}, lax{.value = 0.2, .objective = {}};
    // logit 2 is 0.88, 1 is 0.73, -1 is 0.27, -2 is 0.12
    CHECK(monitor::best{metric::recall{}}(h, strict).value() == 0.5);
    CHECK(monitor::best{metric::recall{}}(h, lax).value() == 1);
    CHECK(monitor::best{metric::pr_auc{}}(h, strict).value() == Approx((1. + 2. / 3) / 2));
    CHECK_FALSE(monitor::last{}(h, lax));
}

TEST_CASE("best keeps three checkpoints unless told otherwise", "[monitor]") {
    CHECK(monitor::best{}.keep == 3);
    CHECK(monitor::best{.keep = 5}.keep == 5);
    CHECK(monitor::best{metric::f1{}, 2}.keep == 2);
}
