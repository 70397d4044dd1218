#pragma once

#include <chrono>
#include <optional>

#include <sys/resource.h>

namespace facet {

/// Counts how often the system takes a processor from this program to give it to another one.
///
/// Threads that compute together wait for each other in a loop, so that one which another program keeps from running holds up all. Alone,
/// two training threads lose a processor 12 to 22 times a second each; beside one other busy program 85 to 100 times, beside two 130 times.
class preemptions {
public:
    static constexpr double many = 50; ///< a second and thread

    /// Of each thread a second, since the last answer; none before `seconds` have passed since then.
    [[nodiscard]] std::optional<double> rate(int threads, double seconds = 5) {
        const auto now = clock::now();
        const double passed = std::chrono::duration<double>(now - since_).count();
        if (passed < seconds) return std::nullopt;
        const auto switches = switches_so_far();
        const auto answer = static_cast<double>(switches - before_) / (passed * threads);
        since_ = now;
        before_ = switches;
        return answer;
    }

private:
    using clock = std::chrono::steady_clock;

    static long switches_so_far() {
        rusage use{};
        ::getrusage(RUSAGE_SELF, &use);
        return use.ru_nivcsw;
    }

    clock::time_point since_ = clock::now();
    long before_ = switches_so_far();
};

} // namespace facet
