#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <unistd.h>

#include <facet/core/duration.hpp>

namespace facet {

/// How far a run is, on stderr: one line that is drawn over on a terminal, plain lines elsewhere.
class progress_bar {
public:
    using clock = std::chrono::steady_clock;

    progress_bar(std::int64_t done, std::int64_t total, bool quiet)
        : first_{done}, total_{total}, quiet_{quiet}, terminal_{::isatty(STDERR_FILENO) == 1}, begin_{clock::now()} {}
    ~progress_bar() { clear(); }
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    /// Draws at most five times a second.
    void show(std::int64_t done, double loss, double images_per_second) {
        const auto now = clock::now();
        if (quiet_ || !terminal_ || now - drawn_ < std::chrono::milliseconds{200}) return;
        drawn_ = now;
        constexpr int width = 30;
        const auto filled = static_cast<std::size_t>(width * done / std::max<std::int64_t>(1, total_));
        std::fprintf(stderr, "\r[%s%s] %lld/%lld  loss %.4g  %.0f images/s  %s left\033[K", std::string(filled, '=').c_str(), std::string(width - filled, ' ').c_str(),
                     static_cast<long long>(done), static_cast<long long>(total_), loss, images_per_second, left(done).c_str());
        std::fflush(stderr);
    }
    /// A line that stays.
    void line(const std::string& text) {
        if (quiet_) return;
        clear();
        std::fprintf(stderr, "%s\n", text.c_str());
        std::fflush(stderr);
    }
    /// Time until `total` at the pace so far: `3 min 20 s`.
    [[nodiscard]] std::string left(std::int64_t done) const {
        if (done <= first_) return "?";
        return readable_duration(seconds_since(begin_) / static_cast<double>(done - first_) * static_cast<double>(total_ - done));
    }

private:
    void clear() const {
        if (terminal_ && !quiet_) std::fputs("\r\033[K", stderr);
    }

    std::int64_t first_, total_;
    bool quiet_, terminal_;
    clock::time_point begin_, drawn_{};
};

} // namespace facet
