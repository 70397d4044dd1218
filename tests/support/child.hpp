#pragma once

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace facet::testing {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_space_can_be_limited = false;
#elif defined(__has_feature)
inline constexpr bool address_space_can_be_limited = !__has_feature(address_sanitizer);
#else
inline constexpr bool address_space_can_be_limited = true;
#endif

/// This test program again, in a process of its own that runs one hidden test case: what kills it leaves us alive.
class child {
public:
    /// `settings` are environment variables; `address_space`: its limit in bytes, 0: none.
    child(const std::string& test_case, const std::vector<std::pair<std::string, std::string>>& settings, rlim_t address_space = 0) {
        std::vector<std::string> words{"facet_tests", test_case};
        std::vector<char*> argv{words[0].data(), words[1].data(), nullptr};
        process_ = ::fork();
        if (process_ != 0) return;
        for (const auto& [name, value] : settings) ::setenv(name.c_str(), value.c_str(), 1);
        if (address_space > 0) {
            const rlimit limit{address_space, address_space};
            ::setrlimit(RLIMIT_AS, &limit);
        }
        if (std::freopen("/dev/null", "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(99);
        ::execv("/proc/self/exe", argv.data());
        ::_exit(99);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() { kill(); }

    [[nodiscard]] bool running() {
        if (process_ > 0 && ::waitpid(process_, &status_, WNOHANG) == process_) process_ = 0;
        return process_ > 0;
    }
    void kill() {
        if (!running()) return;
        ::kill(process_, SIGKILL);
        ::waitpid(std::exchange(process_, 0), &status_, 0);
    }
    /// Waits for its end; the exit status, or -1 where a signal ended it.
    int wait() {
        if (process_ > 0) ::waitpid(std::exchange(process_, 0), &status_, 0);
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
    }

private:
    pid_t process_ = 0;
    int status_ = 0;
};

} // namespace facet::testing
