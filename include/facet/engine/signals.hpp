#pragma once

#include <csignal>
#include <cstdlib>
#include <ctime>

#include <unistd.h>

namespace facet {

namespace detail {
inline volatile std::sig_atomic_t stop_requested = 0, stop_requested_at = 0;

/// Milliseconds of a clock that wraps.
inline std::sig_atomic_t milliseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::sig_atomic_t>((static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000) & 0x3fffffff);
}

inline void request_stop(int) {
    const auto now = milliseconds();
    if (stop_requested != 0 && std::abs(now - stop_requested_at) > 500) ::_exit(130);
    if (stop_requested == 0) stop_requested_at = now;
    stop_requested = 1;
}
} // namespace detail

/// While it lives, SIGINT and SIGTERM ask for a stop at the next safe place; a second one ends the process at once, unless
/// it comes with the first: `timeout` signals a process and its group.
class stop_signals {
public:
    stop_signals() {
        detail::stop_requested = 0;
        struct sigaction action {};
        action.sa_handler = detail::request_stop;
        ::sigaction(SIGINT, &action, &interrupt_);
        ::sigaction(SIGTERM, &action, &terminate_);
    }
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;
    ~stop_signals() {
        ::sigaction(SIGINT, &interrupt_, nullptr);
        ::sigaction(SIGTERM, &terminate_, nullptr);
    }
    [[nodiscard]] bool requested() const { return detail::stop_requested != 0; }

private:
    struct sigaction interrupt_ {}, terminate_ {};
};

} // namespace facet
