#include <facet/engine/preemption.hpp>

#include <chrono>
#include <csignal>
#include <thread>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.hpp"

using namespace facet;

namespace {

/// The calling thread on the first processor it may use, alone.
void stay_on_one_processor() {
    cpu_set_t allowed, first;
    CPU_ZERO(&first);
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &allowed)) ++cpu;
    CPU_SET(cpu, &first);
    ::sched_setaffinity(0, sizeof first, &first);
}

void compute(double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {}
}

} // namespace

TEST_CASE("a busy program on the same processor shows in the preemptions", "[engine]") {
    preemptions count;
    CHECK(!count.rate(1, 60).has_value()); // too early to tell
    std::thread shared{[] {
        stay_on_one_processor();
        const auto neighbour = ::fork(); // stays on the same one
        if (neighbour == 0)
            for (;;) {}
        compute(0.5);
        ::kill(neighbour, SIGKILL);
        ::waitpid(neighbour, nullptr, 0);
    }};
    shared.join();
    const auto beside = count.rate(1, 0.4);
    REQUIRE(beside.has_value());
    CHECK(*beside > 20);
    CHECK(*count.rate(1, 0) >= 0); // since then
}
