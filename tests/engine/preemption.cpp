#include <facet/engine/preemption.hpp>

#include <string>

#include <unistd.h>

#include "support/test.hpp"

using namespace facet;

TEST_CASE("of the threads that were there before, the most interrupted one counts", "[engine]") {
    using facet::detail::most_new_switches;
    CHECK(most_new_switches({{"1", 10}, {"2", 20}}, {{"1", 15}, {"2", 29}}) == 9);
    CHECK(most_new_switches({{"1", 10}}, {{"1", 12}, {"3", 500}}) == 2); // began since then
    CHECK(most_new_switches({{"1", 10}, {"2", 20}}, {{"2", 21}}) == 1);  // ended since then
    CHECK(most_new_switches({}, {}) == 0);
}

TEST_CASE("the system tells this thread's involuntary switches", "[engine]") {
    const auto now = facet::detail::involuntary_switches();
    const auto here = now.find(std::to_string(::gettid()));
    REQUIRE(here != now.end());
    CHECK(here->second >= 0);
    CHECK(processors_allowed() >= 1);
}

TEST_CASE("preemptions answer after their time only", "[engine]") {
    preemptions count;
    CHECK(!count.rate(60).has_value());
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{20}) {}
    REQUIRE(count.rate(0.01).has_value());
    CHECK(!count.rate(60).has_value()); // begins anew
}
