#pragma once

#include <csignal>

#include <unistd.h>

namespace facet {

namespace detail {
inline volatile std::sig_atomic_t stop_requested = 0;
inline void request_stop(int) {
    if (stop_requested != 0) ::_exit(130);
    stop_requested = 1;
}
} // namespace detail

/// While it lives, SIGINT and SIGTERM ask for a stop at the next safe place; a second one ends the process at once.
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
