#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sched.h>

namespace facet {

namespace detail {

using thread_switches = std::map<std::string, std::int64_t>;

/// Involuntary context switches so far of each thread of this program, by its number; empty where the system does not tell.
[[nodiscard]] inline thread_switches involuntary_switches() {
    constexpr std::string_view field = "nonvoluntary_ctxt_switches:";
    thread_switches out;
    std::error_code ignored;
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task", ignored}) {
        std::ifstream status{thread.path() / "status"};
        for (std::string line; std::getline(status, line);)
            if (line.starts_with(field)) out[thread.path().filename().string()] = std::strtoll(line.c_str() + field.size(), nullptr, 10);
    }
    return out;
}

/// Of the thread with the most, among those that were there before.
[[nodiscard]] inline std::int64_t most_new_switches(const thread_switches& before, const thread_switches& now) {
    std::int64_t most = 0;
    for (const auto& [thread, n] : now)
        if (const auto old = before.find(thread); old != before.end()) most = std::max(most, n - old->second);
    return most;
}

} // namespace detail

/// Notices when the system takes a processor from a thread of this program to give it to another program.
///
/// Threads that compute together wait for each other in a loop, so one that has no processor holds up all. On two processors of an AMD EPYC
/// (Linux 6.18) the most interrupted of two training threads loses its own 22 to 35 times a second; 89 to 110 beside one busy program, 125 to 130 beside two.
class preemptions {
public:
    static constexpr double many = 60; ///< a second

    /// Of the most interrupted thread a second, since the last answer; none before `seconds` have passed since then.
    [[nodiscard]] std::optional<double> rate(double seconds = 5) {
        const auto now = clock::now();
        const double passed = std::chrono::duration<double>(now - since_).count();
        if (passed < seconds || passed <= 0) return std::nullopt;
        auto switches = detail::involuntary_switches();
        const auto answer = static_cast<double>(detail::most_new_switches(before_, switches)) / passed;
        since_ = now;
        before_ = std::move(switches);
        return answer;
    }

private:
    using clock = std::chrono::steady_clock;

    clock::time_point since_ = clock::now();
    detail::thread_switches before_ = detail::involuntary_switches();
};

/// How many processors this program may use; 0 where the system does not tell.
[[nodiscard]] inline int processors_allowed() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    return ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

} // namespace facet
