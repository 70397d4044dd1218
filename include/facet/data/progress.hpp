#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <facet/core/duration.hpp>

namespace facet {

/// How far a long job is and how long it still takes: one line that redraws itself on a terminal, a plain line now and then elsewhere.
class progress {
public:
    progress(std::string what, std::size_t total, bool quiet = false) : what_{std::move(what)}, total_{total}, quiet_{quiet}, terminal_{::isatty(STDERR_FILENO) != 0} {}
    ~progress() { if (drawn_ && terminal_) std::fputc('\n', stderr); }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /// One more unit is done. Any thread.
    void advance(std::string_view note = {}) {
        const std::lock_guard lock{mutex_};
        ++done_;
        const auto now = clock::now();
        const bool due = done_ == total_ || now - last_ >= (terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{5000});
        if (quiet_ || !due) return;
        last_ = now;
        draw(std::chrono::duration<double>(now - start_).count(), note);
    }

private:
    using clock = std::chrono::steady_clock;

    void draw(double elapsed, std::string_view note) {
        const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
        std::string line = what_ + ' ';
        if (terminal_) {
            const auto filled = static_cast<std::size_t>(share * 30);
            line += '[' + std::string(filled, '#') + std::string(30 - filled, '.') + "] ";
        }
        line += std::to_string(done_) + '/' + std::to_string(total_);
        if (done_ == total_) line += ", took " + readable_duration(elapsed);
        else if (done_ > 0) line += ", " + readable_duration(elapsed / share - elapsed) + " left";
        if (!note.empty()) (line += "  ") += note;
        std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
        std::fflush(stderr);
        drawn_ = true;
    }

    std::string what_;
    std::size_t total_, done_ = 0;
    bool quiet_, terminal_, drawn_ = false;
    clock::time_point start_ = clock::now(), last_ = start_;
    std::mutex mutex_;
};

} // namespace facet
